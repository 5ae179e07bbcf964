import { type AccessTokenPort, unauthenticated } from '@keyhold/core'
import type { Authenticator, Authenticators } from './authenticator.ts'
import { headOf } from './signed-head.ts'
import { tokenOf } from './token-text.ts'

/** What would be a credential, too. */
const others = ['capability-invocation', 'signature', 'signature-input']

/**
 * Requests with a bearer token (RFC 6750 section 2.1): whoever has it can use it.
 *
 * @param routes what such tokens are good for: creating keystores, or using them as well
 */
export function bearerAuthenticators(tokens: AccessTokenPort, routes: 'creation' | 'all'): Authenticators {
  const authenticate: Authenticator = async request => {
    const token = await tokens.introspect(tokenOf(headOf(request), 'bearer', others))
    if (token === undefined) throw unauthenticated('the token is not active')
    // One that is bound to a key proves nothing without it.
    if (token.key !== undefined) throw unauthenticated('the token is bound to a key')
    return { caller: { kind: 'token', token } }
  }
  const refuse: Authenticator = async () => {
    throw unauthenticated('bearer tokens are good for creating keystores alone')
  }
  // What needs no proof is not refused for one that is good for something else.
  const ignore: Authenticator = async () => ({ caller: { kind: 'anonymous' } })
  const [elsewhere, visitor] = routes === 'all' ? [authenticate, authenticate] : [refuse, ignore]
  const challenges = ['Bearer realm="keyhold"']
  return { admission: authenticate, signer: elsewhere, visitor, invoker: elsewhere, challenges }
}
