import { forbidden } from '@keyhold/core'
import type { Authenticator, Authenticators } from './authenticator.ts'

/**
 * Asks for no proof. Only for a server that listens on a loopback address; and since every web page in a browser on the
 * same machine can send requests there as well, those are refused: browsers mark them with `Origin` (Fetch, section 3.1).
 */
const authenticate: Authenticator = async request => {
  if (request.headers.origin !== undefined) throw forbidden('a web page asks a server that needs no proof')
  return { caller: { kind: 'local' } }
}

export const localAuthenticators: Authenticators = {
  admission: authenticate,
  signer: authenticate,
  invoker: authenticate,
}
