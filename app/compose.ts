import { CachedAccessTokens, ComputationThreads, systemClock, systemRandom } from '@keyhold/adapters'
import {
  type AccessTokenPort,
  type Clock,
  type LockPort,
  type Ports,
  type Random,
  SecretBytes,
  type SecretSharePort,
  type VaultPort,
} from '@keyhold/core'
import type { Logger } from 'pino'
import type { Tokens } from './authenticate.ts'
import type { BearerConfig, Config, GnapConfig, SharesConfig, VaultsConfig } from './config/config.ts'
import { openServerLock } from './open-lock.ts'
import { openStore } from './open-store.ts'
import { traceLock, traceStore } from './trace.ts'
import { readTrust, type Trust } from './trust.ts'

/** How many shares of users are kept in memory at most. */
const mostShares = 1000

/** Of how many tokens it is known at most what they are worth, and for how many milliseconds that they are not. */
const mostTokens = 10_000
const longestRefusal = 5000

export interface Composition {
  readonly ports: Ports
  /** Who knows what access tokens are worth. */
  readonly tokens: Tokens
  /** What each keystore's lock is wrapped in, if anything. */
  readonly observeLock?: (lock: LockPort) => LockPort
  /** Closes what was opened, in reverse order. */
  close(): Promise<void>
}

/**
 * Opens the adapters that the configuration chooses: first what needs a key file, so that without it nothing else is
 * touched.
 *
 * @throws IssuerFileError, MasterKeyFileError, SigningKeyFileError, or a KmsError of the lock or store
 */
export async function compose(config: Config, log: Logger): Promise<Composition> {
  const random = systemRandom()
  const trust = await readTrust(config)
  const { lock, sealFor } = await openServerLock(config, trust, random, log)
  try {
    const tokens = await openTokens(config, trust)
    const store = await openStore(config.store, trust, log)
    sealFor(store)
    const shares = config.shares && (await openShares({ ...config.shares, ...trust }))
    const vaults = vaultsWhenNeeded({ ...config.vaults, ...trust }, random)
    const computation = new ComputationThreads()
    const close = async () => {
      await computation.close()
      await vaults.close()
      await shares?.close()
      await store.close()
      await tokens.bearer?.close()
      await tokens.gnap?.tokens.close()
      await lock.close()
    }
    const ports: Ports = { store, lock, random, clock: systemClock, vaults, computation, ...(shares && { shares }) }
    return log.isLevelEnabled('debug') ? { ...traced(ports, log), tokens, close } : { ports, tokens, close }
  } catch (error) {
    await lock.close()
    throw error
  }
}

/** Most servers never see a vault: what opens them is loaded with the first. */
function vaultsWhenNeeded(config: VaultsConfig & Trust, random: Random): VaultPort {
  let opened: Promise<VaultPort> | undefined
  const load = async () => {
    const { openEdvVaults } = await import('@keyhold/adapters/vault-edv')
    return openEdvVaults({ ...config, random, clock: systemClock })
  }
  return {
    async open(binding) {
      opened ??= load()
      return (await opened).open(binding)
    },
    async close() {
      await (await opened)?.close()
    },
  }
}

async function openShares({ token, cacheTtl, ...config }: SharesConfig & Trust): Promise<SecretSharePort> {
  const { openHttpSecretShares, tokenOfFile } = await import('@keyhold/adapters/share-http')
  const read = 'file' in token ? tokenOfFile(token.file) : async () => new SecretBytes(Buffer.from(token.text, 'utf8'))
  const cache = { ttl: cacheTtl, max: mostShares }
  return openHttpSecretShares({ ...config, token: read, cache, clock: systemClock })
}

/** The libraries for each are loaded when it is chosen. */
async function openTokens({ auth, chainPolicy }: Config, trust: Trust): Promise<Tokens> {
  if (auth.kind === 'none') return {}
  const common = { clockSkew: chainPolicy.clockSkew * 1000, clock: systemClock, ...trust }
  return {
    ...(auth.gnap && { gnap: await openGnapTokens({ ...auth.gnap, ...common }) }),
    ...(auth.bearer && { bearer: await openBearerTokens({ ...auth.bearer, ...common }) }),
  }
}

type Common = Trust & { readonly clockSkew: number; readonly clock: Clock }

async function openGnapTokens({ cacheTtl, ...config }: GnapConfig & Common): Promise<NonNullable<Tokens['gnap']>> {
  const { openGnap } = await import('@keyhold/adapters/token-gnap')
  const { tokens, verifyMessage } = await openGnap(config)
  return { tokens: cached(tokens, cacheTtl), verifyMessage }
}

async function openBearerTokens({
  cacheTtl,
  verification,
  ...config
}: BearerConfig & Common): Promise<AccessTokenPort> {
  const { openOAuthTokens } = await import('@keyhold/adapters/token-oauth')
  return cached(await openOAuthTokens({ ...config, ...verification }), cacheTtl)
}

function cached(tokens: AccessTokenPort, ttl: number): AccessTokenPort {
  const refusedTtl = Math.min(ttl, longestRefusal)
  return new CachedAccessTokens(tokens, { max: mostTokens, ttl, refusedTtl }, systemClock)
}

function traced(ports: Ports, log: Logger): Pick<Composition, 'ports' | 'observeLock'> {
  const observeLock = (lock: LockPort) => traceLock(lock, log)
  return { ports: { ...ports, lock: observeLock(ports.lock), store: traceStore(ports.store, log) }, observeLock }
}
