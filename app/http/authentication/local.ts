import { forbidden } from '@keyhold/core'
import type { FastifyRequest } from 'fastify'
import type { Authenticator, Authenticators } from './authenticator.ts'

/** The loopback addresses of IPv4, also as a socket for both versions shows them, and of IPv6. */
const loopback = /^(?:::ffff:)?127\.|^::1$/

/** Names that nobody can point to another machine (RFC 6761 section 6.3). */
const loopbackName = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/

/**
 * Asks for no proof, and serves nobody but this machine, wherever the server listens. Since every web page in a browser
 * on it can send requests as well, those are refused: browsers mark them with `Origin` (Fetch, section 3.1). This server's
 * own page is not.
 */
const authenticate: Authenticator = request => {
  if (!loopback.test(request.ip)) throw forbidden('somebody elsewhere asks a server that needs no proof')
  if (isForeignPage(request)) throw forbidden('a web page asks a server that needs no proof')
  return { caller: { kind: 'local' } }
}

export const localAuthenticators: Authenticators = {
  admission: authenticate,
  signer: authenticate,
  visitor: authenticate,
  invoker: authenticate,
}

/** With a name that could be pointed here by somebody else, a page of his would have the same origin. */
function isForeignPage({ headers: { origin, host = '' }, protocol }: FastifyRequest): boolean {
  return origin !== undefined && !(loopbackName.test(host) && origin === `${protocol}://${host}`)
}
