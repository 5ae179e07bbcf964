import { startAuth } from '@keyhold/scripts/servers/auth.js'
import { startEdv } from '@keyhold/scripts/servers/edv.js'
import { databaseUrl, kmsAliasArn, kmsEnvironment, startKms, startMongo } from '@keyhold/scripts/servers/start.js'
import t, { type Test } from 'tap'
import { checkDocument } from '../support/docs/check-document.ts'
import { documentsWithServers } from '../support/docs/documents.ts'
import type { DocumentOptions } from '../support/docs/run-document.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** What stands around the service in each document: servers, whose addresses are the values that it asks for. */
const scenes: Readonly<Record<string, (t: Test) => Promise<DocumentOptions | { readonly skip: string }>>> = {
  'docs/scenario-1.md': async t => {
    const directory = await temporaryDirectory(t)
    const mongo = await startMongo({ directory })
    if ('skip' in mongo) return mongo
    t.teardown(() => mongo.stop())
    const kms = await startKms({ directory })
    if ('skip' in kms) return kms
    t.teardown(() => kms.stop())
    const environment = { ...kmsEnvironment, KMS_SECRET_LOCK_AWS_ENDPOINT: kms.url }
    return {
      before: Object.entries(environment)
        .map(([name, value]) => `export ${name}='${value}'`)
        .join('\n'),
      values: {
        KMS_DATABASE_URL: databaseUrl(mongo.url, 'keyhold'),
        KMS_SECRET_LOCK_AWS_KEY_URI: `aws-kms://${kmsAliasArn}`,
      },
    }
  },
  'docs/scenario-2.md': async t => {
    const directory = await temporaryDirectory(t)
    const token = 'token-of-the-tests'
    const auth = await startAuth({ directory, token, shares: new Map([['alice', null]]) })
    if ('skip' in auth) return auth
    t.teardown(() => auth.stop())
    const edv = await startEdv({ directory, auth: 'zcap' })
    if ('skip' in edv) return edv
    t.teardown(() => edv.stop())
    return { values: { KMS_AUTH_SERVER_URL: auth.url, AUTH_SERVER_TOKEN: token, VAULT_SERVER: edv.url } }
  },
}

for (const document of documentsWithServers) {
  t.test(`the blocks of ${document.file} run`, async t => {
    const options = (await scenes[document.file]?.(t)) ?? {}
    if ('skip' in options) await t.test('no servers', { skip: options.skip }, async () => {})
    else await checkDocument(t, { ...document, options })
  })
}
