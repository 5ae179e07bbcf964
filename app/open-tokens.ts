import { CachedAccessTokens, systemClock } from '@keyhold/adapters'
import type { AccessTokenPort, Clock } from '@keyhold/core'
import type { Tokens } from './authenticate.ts'
import type { BearerConfig, Config, GnapConfig } from './config/config.ts'
import type { Observers, Outside } from './outside.ts'

/** Of how many tokens it is known at most what they are worth, and for how many milliseconds that they are not. */
const mostTokens = 10_000
const longestRefusal = 5000

/** The libraries for each are loaded when it is chosen. */
export async function openTokens({ auth, chainPolicy }: Config, outside: Outside): Promise<Tokens> {
  if (auth.kind === 'none') return {}
  const common = { clockSkew: chainPolicy.clockSkew * 1000, clock: systemClock, ...outside }
  return {
    ...(auth.gnap && { gnap: await openGnapTokens({ ...auth.gnap, ...common }) }),
    ...(auth.bearer && { bearer: await openBearerTokens({ ...auth.bearer, ...common }) }),
  }
}

type Common = Outside & { readonly clockSkew: number; readonly clock: Clock }

async function openGnapTokens({
  cacheTtl,
  observers,
  ...config
}: GnapConfig & Common): Promise<NonNullable<Tokens['gnap']>> {
  const { openGnap } = await import('@keyhold/adapters/token-gnap')
  const { tokens, verifyMessage } = await openGnap({ ...config, observe: observers?.outbound?.('auth-server') })
  return { tokens: cached(tokens, cacheTtl, observers), verifyMessage }
}

async function openBearerTokens({
  cacheTtl,
  verification,
  observers,
  ...config
}: BearerConfig & Common): Promise<AccessTokenPort> {
  const { openOAuthTokens } = await import('@keyhold/adapters/token-oauth')
  const observe = observers?.outbound?.('issuer')
  return cached(await openOAuthTokens({ ...config, ...verification, observe }), cacheTtl, observers)
}

function cached(tokens: AccessTokenPort, ttl: number, observers: Observers | undefined): AccessTokenPort {
  const refusedTtl = Math.min(ttl, longestRefusal)
  return new CachedAccessTokens(
    tokens,
    { max: mostTokens, ttl, refusedTtl },
    systemClock,
    observers?.observeCache?.('tokens'),
  )
}
