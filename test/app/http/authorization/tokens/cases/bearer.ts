import type { JwtFlaw } from '../plan.ts'
import { each, isJwt, only, type TokenCase, token } from './case.ts'

const flaws: readonly JwtFlaw[] = [
  'alg none',
  'HMAC by the public key',
  'by another key',
  'of a key that is not published',
  'a payload of another',
]

/** What makes of a token something else than a bearer token of the issuer. */
export const bearerCases: readonly TokenCase[] = [
  ...each(
    ['absent', 'this', 'another'] as const,
    issuer => `the issuer is ${issuer}`,
    issuer => token({ issuer }),
  ),
  ...each(
    ['bound to a key', 'of another type'] as const,
    flaw => `the token is ${flaw}`,
    flaw => token({ flaw }),
  ),
  ...only(
    isJwt,
    each(
      flaws,
      flaw => `a JWT: ${flaw}`,
      flaw => token({ flaw }),
    ),
  ),
  {
    name: 'such tokens are good for creating keystores',
    change: ({ setting }) => ({ setting: { ...setting, bearer: 'creation' } }),
  },
  { name: 'no body', on: ({ route }) => route.body !== undefined, change: () => ({ body: 'absent' }) },
]
