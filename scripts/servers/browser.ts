import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from './process.ts'
import { type Skipped, skip } from './start.ts'

/** A page that a browser shows. What is asked for that does not come in two minutes is an error. */
export interface BrowserPage {
  /** Leaves for another URL, and resolves when it is loaded. */
  goto(url: string): Promise<void>
  /** What a JavaScript expression is worth in the page, as JSON; a promise is waited for. It may be `import(url)`. */
  evaluate(expression: string): Promise<unknown>
  /** Resolves when an expression is worth something that is not false. */
  until(expression: string): Promise<void>
  /** Clicks what a CSS selector finds, as soon as it is there to be seen. */
  click(selector: string): Promise<void>
  /** Types a text in place of what a field holds. */
  fill(selector: string, text: string): Promise<void>
  /** Writes a picture of the whole page, as PNG. */
  screenshot(file: string): Promise<void>
  /**
   * A line for each error or warning in the console (among them what a Content-Security-Policy has refused and what could
   * not be loaded) and for each exception that nobody caught.
   */
  problems(): readonly string[]
}

export interface Browser {
  /** A page without a history, cookies or storage in common with any other. */
  open(url?: string): Promise<BrowserPage>
  stop(): Promise<void>
}

const timeout = 120_000

/** What this needs of puppeteer, which is installed with the browser. */
interface Puppeteer {
  connect(options: object): Promise<{
    createBrowserContext(): Promise<{ newPage(): Promise<PuppeteerPage> }>
    disconnect(): Promise<void>
  }>
}
interface PuppeteerPage {
  goto(url: string): Promise<unknown>
  evaluate(expression: string): Promise<unknown>
  waitForFunction(expression: string, options: object): Promise<unknown>
  locator(selector: string): { setTimeout(milliseconds: number): Locator }
  screenshot(options: object): Promise<unknown>
  setDefaultTimeout(milliseconds: number): void
  on(event: string, listener: (occurrence: never) => void): void
}
interface Locator {
  click(): Promise<void>
  fill(text: string): Promise<void>
}

/** Where `prepare.sh` installs it. */
const cache = new URL('../../../.cache/servers/browser/', import.meta.url)
const unpacked = fileURLToPath(new URL('unpacked', cache))

/**
 * Starts Chromium without a window.
 *
 * @param directory where it keeps its profile
 */
export async function startBrowser({ directory }: { readonly directory: string }): Promise<Browser | Skipped> {
  if (!existsSync(`${unpacked}/fonts.conf`)) return skip('no browser: run `npm run servers`')
  const environment = [`LD_LIBRARY_PATH=${unpacked}/al2023/lib`, `FONTCONFIG_FILE=${unpacked}/fonts.conf`]
  // Its sandbox needs rights that a container rarely has; nothing is loaded but what the tests serve.
  const options = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run']
  const address = ['--remote-debugging-port=0', `--user-data-dir=${directory}/profile`]
  const server = await launch({
    name: 'the browser',
    command: ['env', ...environment, `${unpacked}/chromium`, ...options, ...address, 'about:blank'],
    directory,
    ready: /DevTools listening on (ws:\/\/\S+)/,
  })
  const { default: puppeteer } = (await import(
    new URL('node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js', cache).href
  )) as { default: Puppeteer }
  const browser = await puppeteer.connect({ browserWSEndpoint: server.address, protocolTimeout: timeout })
  return {
    async open(url) {
      const page = pageOf(await (await browser.createBrowserContext()).newPage())
      if (url !== undefined) await page.goto(url)
      return page
    },
    async stop() {
      await browser.disconnect()
      await server.stop()
    },
  }
}

function pageOf(page: PuppeteerPage): BrowserPage {
  const problems: string[] = []
  page.setDefaultTimeout(timeout)
  page.on('pageerror', (error: unknown) => problems.push(String(error)))
  page.on('console', (message: { type(): string; text(): string }) => {
    if (['error', 'warn'].includes(message.type())) problems.push(message.text())
  })
  const located = (selector: string) => page.locator(selector).setTimeout(timeout)
  return {
    goto: async url => void (await page.goto(url)),
    evaluate: expression => page.evaluate(expression),
    until: async expression => void (await page.waitForFunction(expression, { timeout })),
    click: selector => located(selector).click(),
    fill: (selector, text) => located(selector).fill(text),
    screenshot: async path => void (await page.screenshot({ path, fullPage: true })),
    problems: () => problems,
  }
}
