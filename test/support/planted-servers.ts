import type { IncomingMessage, ServerResponse } from 'node:http'
import { FakeGnapServer } from './gnap-server.ts'

/** An auth server that holds the other shares as well, as TrustBloc's does. */
export class PlantedAuthServer extends FakeGnapServer {
  readonly #share: Uint8Array
  /** What its shares are read with, in base64. */
  readonly #token: string

  constructor(share: Uint8Array, token: string) {
    super()
    this.#share = share
    this.#token = Buffer.from(token).toString('base64')
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    if (request.url?.startsWith('/secret') !== true) return super.serve(request, response, body)
    if (request.headers.authorization !== `Bearer ${this.#token}`)
      return void response.writeHead(403).end('unauthorized')
    response.end(JSON.stringify({ secret: Buffer.from(this.#share).toString('base64') }))
  }
}
