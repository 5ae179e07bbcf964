import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoopbackServer } from './loopback-server.ts'

const types = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css' } as const

export type Pages = Readonly<Record<`/${string}.${keyof typeof types}`, string | Uint8Array>>

/** Serves pages and their scripts, by path, to a browser. Its origin is no other server's. */
export class PageServer extends LoopbackServer {
  readonly #pages: ReadonlyMap<string, string | Uint8Array>

  constructor(pages: Pages) {
    super()
    this.#pages = new Map(Object.entries(pages))
  }

  protected serve({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const page = this.#pages.get(url)
    const type = types[url.slice(url.lastIndexOf('.') + 1) as keyof typeof types]
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' }).end(page)
  }
}
