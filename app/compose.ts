import { mkdir, readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  CachedAccessTokens,
  CachedKeyStore,
  ComputationThreads,
  MemoryKeyStore,
  makeMasterKeyFile,
  openEmbeddedKeyStore,
  openLocalLock,
  readIssuers,
  systemClock,
  systemRandom,
} from '@keyhold/adapters'
import {
  type AccessTokenPort,
  AeadLock,
  type Clock,
  type KeyStorePort,
  type LockPort,
  lockKeyLength,
  type Ports,
  type Random,
  SecretBytes,
  type SecretSharePort,
  type VaultPort,
} from '@keyhold/core'
import type { Logger } from 'pino'
import type { Tokens } from './authenticate.ts'
import type {
  BearerConfig,
  Config,
  GnapConfig,
  LockConfig,
  SharesConfig,
  StoreConfig,
  VaultsConfig,
} from './config/config.ts'
import { traceLock, traceStore } from './trace.ts'

/** How many shares of users are kept in memory at most. */
const mostShares = 1000

/** Of how many tokens it is known at most what they are worth, and for how many milliseconds that they are not. */
const mostTokens = 10_000
const longestRefusal = 5000

/** Certificates of whoever issues those of the servers that are called, in PEM. */
interface Trust {
  readonly ca: readonly string[] | undefined
}

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
  const trust = { ca: config.issuers && (await readIssuers(config.issuers)) }
  const lock = await openLock(config.lock, trust, random, log)
  try {
    const tokens = await openTokens(config, trust)
    const store = await openStore(config.store, trust, log)
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

/** What a large library is needed for is loaded when it is chosen. */
async function openLock(config: LockConfig, trust: Trust, random: Random, log: Logger): Promise<LockPort> {
  switch (config.kind) {
    case 'local':
      if (config.made) await makeFirstMasterKey(config.file, log)
      return openLocalLock(config, random)
    case 'process':
      return new AeadLock('process', new SecretBytes(random(lockKeyLength)), random)
    case 'aws-kms': {
      const { openAwsKmsLock } = await import('@keyhold/adapters/lock-aws-kms')
      return openAwsKmsLock({ ...config, ...trust })
    }
    case 'openbao-transit': {
      const { openOpenbaoTransitLock } = await import('@keyhold/adapters/lock-openbao-transit')
      return openOpenbaoTransitLock({ ...config, ...trust })
    }
  }
}

async function openStore(config: StoreConfig, trust: Trust, log: Logger): Promise<KeyStorePort> {
  switch (config.kind) {
    case 'embedded':
      return openEmbeddedKeyStore(config)
    case 'memory':
      return new MemoryKeyStore()
    case 'mongodb': {
      const { openMongoKeyStore } = await import('@keyhold/adapters/store-mongo')
      const onWaiting = (seconds: number, err: unknown) => log.warn({ err, seconds }, 'waiting for the database')
      const store = await openMongoKeyStore({ ...config, ...trust, onWaiting })
      return config.cacheTtl === 0 ? store : new CachedKeyStore(store, { ttl: config.cacheTtl }, systemClock)
    }
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

/** Makes the master key file of a store that is new: in any other directory a missing key is an error, not a wish. */
async function makeFirstMasterKey(file: string, log: Logger): Promise<void> {
  const directory = dirname(file)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  // What a crashed start may have left behind does not make the directory old.
  const entries = (await readdir(directory)).filter(entry => !entry.endsWith('.tmp'))
  if (entries.length > 0) return
  if (await makeMasterKeyFile(file)) {
    log.warn(
      { file },
      'made a new master key file (mode 0600). Keep a copy in a safe place: without it no key in this store can ever be opened',
    )
  }
}
