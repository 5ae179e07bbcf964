import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Fault, LoopbackServer } from './loopback-server.ts'

type Reply = readonly [status: number, text: string]

/**
 * The shares of TrustBloc's auth server, in memory. Its answers are those of the real one, on which the same tests run:
 * plain text whatever it is, a refusal for the token first, and one status for a bad token and an unknown subject.
 */
export class FakeAuthServer extends LoopbackServer {
  /** Answers in place of the server while it is set. */
  fault: Fault | undefined
  /** The subjects of the requests that have arrived. */
  readonly asked: string[] = []
  token = 'secret-api-token'
  shares: ReadonlyMap<string, Uint8Array> = new Map()

  protected override serve(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
    const subject = searchParams.get('sub') ?? ''
    this.asked.push(subject)
    if (this.fault !== undefined) {
      this.fault(request, response, body)
      return
    }
    const [status, text] =
      request.method === 'GET' && pathname === '/secret'
        ? this.#replyTo(request.headers.authorization ?? '', subject)
        : ([404, '404 page not found\n'] as const)
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
  }

  #replyTo(authorization: string, subject: string): Reply {
    if (authorization === '') return [403, 'no credentials']
    if (!authorization.startsWith('Bearer ')) return [400, 'invalid authorization scheme']
    const encoded = authorization.slice('Bearer '.length)
    const token = Buffer.from(encoded, 'base64')
    if (token.toString('base64') !== encoded)
      return [400, 'failed to decode token: illegal base64 data at input byte 4']
    if (token.toString() !== this.token) return [403, 'unauthorized']
    if (subject === '') return [400, 'missing parameter']
    const share = this.shares.get(subject)
    if (share === undefined) return [400, 'non-existent user']
    return [200, JSON.stringify({ secret: Buffer.from(share).toString('base64') })]
  }
}
