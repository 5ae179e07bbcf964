import { startBrowser } from '@keyhold/scripts/servers/browser.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const browser = await startBrowser({ directory: await temporaryDirectory(t) })
if ('skip' in browser) {
  t.test('the page of the documentation in a browser', { skip: browser.skip }, async () => undefined)
} else {
  t.teardown(() => browser.stop())

  t.test('the page shows every operation, and sends requests', async t => {
    const service = await startService({ directory: await temporaryDirectory(t) })
    t.teardown(() => service.stop())
    const page = await browser.open(`${service.url}/docs`)
    await page.until(`document.querySelector('.opblock')`)
    const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: Record<string, object> }
    const operations = Object.values(paths).flatMap(path => Object.keys(path)).length
    t.equal(await page.evaluate(`document.querySelectorAll('.opblock').length`), operations)

    /** Sends the request that stands in an operation, and answers the status and the text of the answer. */
    const send = async (operation: string) => {
      const block = `#operations-${operation}`
      await page.click(`${block} .opblock-summary-control`)
      await page.click(`${block} .execute`)
      const shown = `document.querySelector('${block} .live-responses-table .response')`
      await page.until(shown)
      return (await page.evaluate(
        `[${shown}.querySelector('.response-col_status').innerText, ${shown}.innerText]`,
      )) as string[]
    }
    const [healthy, health] = await send('Health-healthcheck')
    t.match(healthy, /^200/)
    t.match(health, /"status": "success"/)
    // The example stands in the form already. Nobody has to prove anything to this service, but be its own page.
    const [created, keystore] = await send('Keystores-createKeyStore')
    t.match(created, /^200/)
    t.ok(keystore?.includes(`"key_store_url": "${service.url}/v1/keystores/`))
    t.strictSame(page.problems(), [], 'nothing was refused by the policy, and nothing went wrong')

    const inline = `new Promise(resolve => {
      document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective))
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.planted = true' }))
    })`
    t.match(await page.evaluate(inline), /^script-src/, 'no script runs that stands in the page')
    t.equal(await page.evaluate('window.planted'), undefined)
  })
}
