import { systemRandom } from '@keyhold/adapters'
import type { KeyStorePort, Ports } from '@keyhold/core'
import type { Config } from '../config/config.ts'
import { openExistingLock, openServerLock } from '../open-lock.ts'
import type { Notes } from '../open-store.ts'
import { readTrust, type Trust } from '../trust.ts'
import { whileOpen } from './while-open.ts'

type StorePorts = Pick<Ports, 'store' | 'lock' | 'random'>

/** Opens a store with the server lock that seals it, uses both, and closes them. Of the lock nothing is made. */
export async function withStore<R>(
  config: Config,
  log: Notes,
  open: (trust: Trust) => Promise<KeyStorePort>,
  use: (ports: StorePorts) => Promise<R>,
): Promise<R> {
  const [trust, random] = [await readTrust(config), systemRandom()]
  const { lock, sealFor } = await openServerLock(config, trust, random, log, openExistingLock)
  return whileOpen(
    async () => lock,
    () =>
      whileOpen(
        () => open(trust),
        store => {
          sealFor(store)
          return use({ store, lock, random })
        },
      ),
  )
}
