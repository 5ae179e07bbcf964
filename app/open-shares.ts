import { systemClock } from '@keyhold/adapters'
import { SecretBytes, type SecretSharePort } from '@keyhold/core'
import type { SharesConfig } from './config/config.ts'
import type { Outside } from './outside.ts'

/** How many shares of users are kept in memory at most. */
const mostShares = 1000

/** Opens the shares that an auth server holds. The library for it is loaded when it is chosen. */
export async function openShares(
  { token, cacheTtl, ...config }: SharesConfig,
  { ca, observers }: Outside,
): Promise<SecretSharePort> {
  const { openHttpSecretShares, tokenOfFile } = await import('@keyhold/adapters/share-http')
  const read = 'file' in token ? tokenOfFile(token.file) : async () => new SecretBytes(Buffer.from(token.text, 'utf8'))
  const cache = { ttl: cacheTtl, max: mostShares }
  const observe = observers?.outbound?.('shares')
  const onLookup = observers?.observeCache?.('shares')
  const observed = { ...(observe && { observe }), ...(onLookup && { onLookup }) }
  return openHttpSecretShares({ ...config, ca, token: read, cache, clock: systemClock, ...observed })
}
