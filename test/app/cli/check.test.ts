import { generateKeyPairSync } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { FakeAuthServer } from '../../support/auth-server.ts'
import { selfSignedCertificate } from '../../support/certificate.ts'
import { type Ended, keyhold } from '../../support/cli-process.ts'
import { directorySnapshot } from '../../support/directory-snapshot.ts'
import { FakeGnapServer } from '../../support/gnap-server.ts'
import { FakeOAuthIssuer } from '../../support/oauth-issuer.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const check = (directory: string, environment: Readonly<Record<string, string>> = {}) =>
  keyhold(['check', '--json'], { directory, environment })

interface Told {
  readonly name: string
  readonly state: 'ok' | 'failed'
  readonly message: string
  readonly mend?: string
}

/** What failed, by name; all else was told to be ok. */
function failures({ stdout }: Ended): Readonly<Record<string, string>> {
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Told[] }
  return Object.fromEntries(
    checks.filter(({ state }) => state === 'failed').map(({ name, message }) => [name, message]),
  )
}

/** The names of everything that was tried. */
const tried = ({ stdout }: Ended) => JSON.parse(stdout).checks.map(({ name }: Told) => name)

async function listening<T extends { listen(): Promise<string>; stop(): Promise<unknown> }>(t: Test, server: T) {
  await server.listen()
  t.teardown(() => server.stop())
  return server
}

t.test('before the first start, and afterwards, nothing is made or changed', async t => {
  const directory = await temporaryDirectory(t)
  const fresh = await keyhold(['check'], { directory })
  t.match(fresh, { code: 0, stderr: '', stdout: /^ok +store +\S+: there is none yet; the first start makes it$/m })
  t.match(fresh.stdout, /^ok +server lock +\S+master\.key: the first start makes it$/m)
  t.strictSame(await directorySnapshot(directory), {})

  await (await startService({ directory })).stop()
  const { 'keyhold-data/lock.mdb': _readers, ...before } = await directorySnapshot(directory)
  const used = await check(directory)
  t.match(used, { code: 0, stderr: '' })
  t.match(JSON.parse(used.stdout), { ok: true })
  t.strictSame(tried(used), ['settings', 'issuers', 'server lock', 'store', 'seal', 'Ed25519'])
  const { 'keyhold-data/lock.mdb': _later, ...after } = await directorySnapshot(directory)
  t.strictSame(after, before)
})

t.test('what is wrong is named, with how to mend it', async t => {
  const directory = await temporaryDirectory(t)
  await keyhold(['keygen', 'other.key'], { directory })
  await (await startService({ directory })).stop()
  const other = await keyhold(['check'], { directory, environment: { KMS_SECRET_LOCK_KEY_PATH: 'other.key' } })
  t.match(other, { code: 1, stdout: /^failed {2}seal +the store was sealed by the lock .*\n +Take the server lock/m })
  const cases: readonly (readonly [environment: Record<string, string>, code: number, failed: object])[] = [
    [{ KMS_HOST: 'x', KMS_HOTS: 'y' }, 1, { settings: /^KMS_HOTS: there is no such setting\nKMS_HOST: / }],
    [{ KMS_TLS_CACERTS: 'none.pem' }, 1, { issuers: /none\.pem/ }],
    [{ KMS_SECRET_LOCK_KEY_PATH: 'none.key' }, 1, { 'server lock': /none\.key: there is no such file/ }],
    [{ KMS_TLS_SERVE_CERT: 'none.pem', KMS_TLS_SERVE_KEY: 'none.pem' }, 1, { TLS: /none\.pem/ }],
    [{ KMS_VAULT_ALLOW: 'http://127.0.0.1:1' }, 3, { 'vault http://127.0.0.1:1': /ECONNREFUSED/ }],
  ]
  for (const [environment, code, failed] of cases) {
    const ended = await check(directory, environment)
    t.equal(ended.code, code, JSON.stringify(environment))
    const found = failures(ended)
    t.strictSame(Object.keys(found), Object.keys(failed))
    t.match(found, failed)
    t.notMatch(ended.stdout, /\\n {4}at /)
  }
  await rm(join(directory, 'keyhold-data', 'master.key'))
  t.match(failures(await check(directory)), { 'server lock': /master\.key: there is no such file/ })
})

t.test('the servers that are asked are reached', async t => {
  const directory = await temporaryDirectory(t)
  const auth = await listening(t, new FakeAuthServer())
  const gnap = await listening(t, new FakeGnapServer())
  const issuer = await listening(t, new FakeOAuthIssuer())
  await writeFile(join(directory, 'token'), auth.token)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(directory, 'key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const { cert, key } = selfSignedCertificate('kms.example')
  await Promise.all([writeFile(join(directory, 'cert.pem'), cert), writeFile(join(directory, 'tls.pem'), key)])
  const shares = { KMS_AUTH_SERVER_URL: auth.url, KMS_AUTH_SERVER_TOKEN_FILE: 'token' }
  const tokens = { KMS_AUTH_TYPE: 'gnap', KMS_AUTH_SERVER_URL: gnap.url, KMS_GNAP_SIGNING_KEY: 'key.pem' }
  const jwt = {
    KMS_AUTH_TYPE: 'bearer',
    KMS_BEARER_ISSUER: issuer.url,
    KMS_BEARER_JWKS_URL: `${issuer.url}/jwks`,
    KMS_TOKEN_AUDIENCE: 'kms',
  }
  const environments = {
    'auth server': shares,
    'GNAP tokens': tokens,
    'bearer tokens': jwt,
    TLS: { KMS_TLS_SERVE_CERT: 'cert.pem', KMS_TLS_SERVE_KEY: 'tls.pem' },
    [`vault ${issuer.url}`]: { KMS_VAULT_ALLOW: issuer.url },
  }
  for (const [name, environment] of Object.entries(environments)) {
    const ended = await check(directory, environment)
    t.strictSame(failures(ended), {}, name)
    t.ok(tried(ended).includes(name), name)
    t.equal(ended.code, 0)
  }
  t.equal(auth.asked.length, 1)
  t.equal(issuer.fetched, 1)
  auth.token = 'another'
  t.match(failures(await check(directory, shares)), { 'auth server': /./ })
  await gnap.stop()
  t.match(await check(directory, tokens), { code: 3 })
})
