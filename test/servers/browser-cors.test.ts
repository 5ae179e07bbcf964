import { startBrowser } from '@keyhold/scripts/servers/browser.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { PageServer } from '../support/page-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const browser = await startBrowser({ directory: await temporaryDirectory(t) })
if ('skip' in browser) {
  t.test('pages of other origins in a browser', { skip: browser.skip }, async () => undefined)
} else {
  t.teardown(() => browser.stop())

  /** A page of an origin of its own. */
  const openPage = async (t: Test) => {
    const pages = new PageServer({
      '/page.html': '<!doctype html><link rel="icon" href="data:,"><title>a wallet</title>',
    })
    t.teardown(() => pages.stop())
    const origin = await pages.listen()
    return { origin, page: await browser.open(`${origin}/page.html`) }
  }

  t.test('a page of a listed origin may call the service, and no other page', async t => {
    const [listed, other] = [await openPage(t), await openPage(t)]
    const service = await startService({
      directory: await temporaryDirectory(t),
      environment: {
        KMS_AUTH_TYPE: 'zcap',
        KMS_KEYSTORE_ADMISSION: 'open',
        KMS_CORS_ENABLE: 'true',
        KMS_CORS_ORIGINS: listed.origin,
      },
    })
    t.teardown(() => service.stop())
    const body = JSON.stringify({ controller: 'did:example:owner' })
    const outcome = (options: object) => `fetch('${service.url}/v1/keystores', ${JSON.stringify(options)})
      .then(async response => [response.status, await response.json()], error => [error.name, error.message])`
    // The first is sent and its answer withheld from the page; the second needs a preflight (Fetch section 4.8).
    const simple = { method: 'POST', body }
    const preflighted = { ...simple, headers: { 'content-type': 'application/json', digest: 'none' } }
    for (const options of [simple, preflighted]) {
      t.match(await listed.page.evaluate(outcome(options)), [200, { key_store_url: `${service.url}/v1/keystores/` }])
      t.match(await other.page.evaluate(outcome(options)), ['TypeError', 'Failed to fetch'])
    }
    t.strictSame(listed.page.problems(), [])
    const refusals = other.page.problems().filter(problem => problem.includes('blocked by CORS policy'))
    t.equal(refusals.length, 2)
    t.match(refusals[1], /Response to preflight request/)
    const unread = `fetch('${service.url}/v1/keystores/none/keys/none/export').then(async reply =>
      [reply.status, reply.headers.get('www-authenticate') !== null, (await reply.json()).code])`
    t.strictSame(await listed.page.evaluate(unread), [401, true, 'UNAUTHENTICATED'], 'it may read why it was refused')
  })
}
