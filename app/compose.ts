import { availableParallelism } from 'node:os'
import { ComputationThreads, systemClock, systemRandom } from '@keyhold/adapters'
import type { Ed25519Port, LockPort, Ports, Random, VaultPort } from '@keyhold/core'
import type { Logger } from 'pino'
import { allAround, aroundLock, aroundVaults } from './around.ts'
import type { Tokens } from './authenticate.ts'
import type { Config, VaultsConfig } from './config/config.ts'
import { openEd25519 } from './open-ed25519.ts'
import { openServerLock } from './open-lock.ts'
import { openShares } from './open-shares.ts'
import { openStore } from './open-store.ts'
import { openTokens } from './open-tokens.ts'
import type { Observers, Outside } from './outside.ts'
import { allObserving, Reachability } from './reachability.ts'
import { trace } from './trace.ts'
import { readTrust } from './trust.ts'

export interface Composition {
  readonly ports: Ports & { readonly ed25519: Ed25519Port }
  /** Who knows what access tokens are worth. */
  readonly tokens: Tokens
  /** Computes what takes long. */
  readonly pool: { readonly running: number; readonly waiting: number }
  /** What the last calls of other servers have shown. */
  readonly peers: Reachability['findings']
  /** What each keystore's lock is wrapped in, if anything. */
  readonly observeLock?: (lock: LockPort) => LockPort
  /** Closes what was opened, in reverse order. */
  close(): Promise<void>
}

/**
 * Opens the adapters that the configuration chooses: first what needs a key file, so that without it nothing else is
 * touched.
 *
 * @throws IssuerFileError, MasterKeyFileError, SigningKeyFileError, SodiumError, or a KmsError of the lock or store
 */
export async function compose(config: Config, log: Logger, observers: Observers = {}): Promise<Composition> {
  const random = systemRandom()
  const around = allAround(log.isLevelEnabled('debug') ? trace(log) : undefined, observers.around)
  const reachability = new Reachability(systemClock)
  const outbound = (peer: string) => allObserving(observers.outbound?.(peer), reachability.observe(peer))
  const outside: Outside = { ...(await readTrust(config)), observers: { ...observers, around, outbound } }
  const ed25519 = await openEd25519(config.ed25519)
  const { lock, sealFor } = await openServerLock(config, outside, random, log)
  try {
    const tokens = await openTokens(config, outside)
    const store = await openStore(config.store, outside, log)
    sealFor(store)
    const shares = config.shares && (await openShares(config.shares, outside))
    const vaults = vaultsWhenNeeded(config.vaults, outside, random)
    const computation = new ComputationThreads({ threads: threadsOf(config.workers) })
    const close = async () => {
      await computation.close()
      await vaults.close()
      await shares?.close()
      await store.close()
      await tokens.bearer?.close()
      await tokens.gnap?.tokens.close()
      await lock.close()
    }
    const ports: Composition['ports'] = {
      store,
      lock: around ? aroundLock(lock, around) : lock,
      random,
      clock: systemClock,
      vaults: around ? aroundVaults(vaults, around) : vaults,
      computation,
      ed25519,
      ...(shares && { shares }),
    }
    const observeLock = around && ((each: LockPort) => aroundLock(each, around))
    const { findings: peers } = reachability
    return { ports, tokens, pool: computation, peers, ...(observeLock && { observeLock }), close }
  } catch (error) {
    await lock.close()
    throw error
  }
}

/** One thread for each processor that no worker needs for requests, divided among them; and one each at least. */
function threadsOf(workers: number): number {
  return Math.max(1, Math.floor(availableParallelism() / workers) - 1)
}

/** Most servers never see a vault: what opens them is loaded with the first. */
function vaultsWhenNeeded(config: VaultsConfig, { ca, observers }: Outside, random: Random): VaultPort {
  let opened: Promise<VaultPort> | undefined
  const load = async () => {
    const { openEdvVaults } = await import('@keyhold/adapters/vault-edv')
    return openEdvVaults({ ...config, ca, observe: observers?.outbound?.('vault'), random, clock: systemClock })
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
