import { Keyhold } from '@keyhold/client'
import { startBrowser } from '@keyhold/scripts/servers/browser.js'
import { importJWK, jwtVerify } from 'jose'
import t from 'tap'
import { browserBundle } from '../support/browser-bundle.ts'
import { clientService } from '../support/client-service.ts'
import { PageServer } from '../support/page-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** What a wallet's page does: it makes a key that never leaves the browser, and lets the service do the rest. */
const walk = (service: string, dialect: string) => `import('/client.js').then(async client => {
  const { Keyhold, newDidKey, signJwt, zcap } = client
  const signer = await newDidKey()
  const keyhold = new Keyhold({ url: '${service}', authorization: zcap(signer, '${dialect}') })
  const keystore = await keyhold.createKeystore()
  const key = await keystore.createKey('ED25519')
  const message = new TextEncoder().encode('hello')
  const signature = await key.sign(message)
  const valid = await key.verify(signature, message)
  await keystore.update({ jwks: 'public', revision: 2 })
  const refusal = await keyhold.keystore(keystore.url + 'x').describe().catch(error => [error.status, error.code])
  const jwt = await signJwt(key, { sub: signer.didUrl })
  return { keystore: keystore.url, didUrl: signer.didUrl, valid, refusal, jwt }
})`

const browser = await startBrowser({ directory: await temporaryDirectory(t) })
if ('skip' in browser) {
  t.test('the client in a browser', { skip: browser.skip }, async () => undefined)
} else {
  t.teardown(() => browser.stop())

  t.test('a page calls the service by the client, and signs with a key of its own', async t => {
    const { text } = await browserBundle()
    const pages = new PageServer({
      '/page.html': '<!doctype html><link rel="icon" href="data:,"><title>a wallet</title>',
      '/client.js': text,
    })
    t.teardown(() => pages.stop())
    const page = await browser.open(`${await pages.listen()}/page.html`)
    const service = await clientService(t, 'any')
    for (const dialect of ['trustbloc', 'ccg']) {
      const result = (await page.evaluate(walk(service.url, dialect))) as Record<'keystore' | 'didUrl' | 'jwt', string>
      t.match(result, { valid: true, refusal: [403, 'FORBIDDEN'], didUrl: /^did:key:z6Mk/ }, dialect)
      const { keys } = await new Keyhold({ url: service.url }).keystore(result.keystore).jwks()
      const { payload } = await jwtVerify(result.jwt, await importJWK({ ...keys[0] }, 'EdDSA'))
      t.equal(payload.sub, result.didUrl)
    }
    const refused = page.problems().filter(problem => !problem.includes('403'))
    t.strictSame(refused, [], 'nothing else is said in the console')
  })
}
