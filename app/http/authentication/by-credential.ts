import { unauthenticated } from '@keyhold/core'
import type { Authenticator, Authenticators } from './authenticator.ts'

/** The ways in which callers may prove who they are. */
export interface Methods {
  /** Requests without a token. */
  readonly zcap?: Authenticators
  /** `Authorization: GNAP …` */
  readonly gnap?: Authenticators
  /** `Authorization: Bearer …` */
  readonly bearer?: Authenticators
}

/**
 * Authenticates each request by the credential that it carries, which the scheme of `Authorization` (RFC 9110 section 11.4)
 * tells. Whoever reads a credential refuses those of others beside it: what a request means must not depend on which of
 * two is looked at.
 */
export function byCredential(methods: Methods): Authenticators {
  const { zcap, gnap, bearer } = methods
  // Nobody looks for tokens where there are none.
  if (zcap !== undefined && gnap === undefined && bearer === undefined) return zcap
  // Where no issuer's bearer tokens are taken, those of the admission may be.
  const methodOf = (scheme: string | undefined) => (scheme === 'gnap' ? gnap : scheme === 'bearer' && bearer) || zcap
  const choose =
    (route: 'admission' | 'signer' | 'visitor' | 'invoker'): Authenticator =>
    request => {
      const [scheme] = /^[a-z]+(?= )/i.exec(request.headers.authorization ?? '') ?? []
      const method = methodOf(scheme?.toLowerCase())
      if (method !== undefined) return method[route](request)
      if (route === 'visitor') return { caller: { kind: 'anonymous' } }
      throw unauthenticated('the request carries no credential that is taken here')
    }
  return {
    admission: choose('admission'),
    signer: choose('signer'),
    visitor: choose('visitor'),
    invoker: choose('invoker'),
    challenges: Object.values(methods as Readonly<Record<string, Authenticators>>).flatMap(
      ({ challenges = [] }) => challenges,
    ),
  }
}
