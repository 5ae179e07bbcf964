import { forbidden } from '@keyhold/core'
import type { Authenticator, Authenticators } from './authenticator.ts'

/** The loopback addresses of IPv4, also as a socket for both versions shows them, and of IPv6. */
const loopback = /^(?:::ffff:)?127\.|^::1$/

/**
 * Asks for no proof, and serves nobody but this machine, wherever the server listens. Since every web page in a browser
 * on it can send requests as well, those are refused: browsers mark them with `Origin` (Fetch, section 3.1).
 */
const authenticate: Authenticator = async request => {
  if (!loopback.test(request.ip)) throw forbidden('somebody elsewhere asks a server that needs no proof')
  if (request.headers.origin !== undefined) throw forbidden('a web page asks a server that needs no proof')
  return { caller: { kind: 'local' } }
}

export const localAuthenticators: Authenticators = {
  admission: authenticate,
  signer: authenticate,
  visitor: authenticate,
  invoker: authenticate,
}
