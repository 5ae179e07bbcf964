import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers a request instead of a server; what it does not end hangs. */
export type Fault = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** A server in memory that stands in for another one, on a loopback port. */
export abstract class LoopbackServer {
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  #url = ''

  get url(): string {
    return this.#url
  }

  /** Answers the URL. @param port that of a server that was stopped */
  async listen(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this.#url
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** Answers a request that has arrived whole. */
  protected abstract serve(request: IncomingMessage, response: ServerResponse, body: Buffer): void | Promise<void>

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    await this.serve(request, response, Buffer.concat(chunks))
  }
}
