import { CachedKeyStore, MemoryKeyStore, openEmbeddedKeyStore, systemClock } from '@keyhold/adapters'
import { type KeyStorePort, KmsError } from '@keyhold/core'
import { aroundStore } from './around.ts'
import type { StoreConfig } from './config/config.ts'
import type { Outside } from './outside.ts'

/** Who is told what is being waited for, and what was made. */
export interface Notes {
  warn(about: object, message: string): void
}

/** Opens the store that was chosen, and makes it if it is not there. Records that were found are known for a while. */
export async function openStore(config: StoreConfig, outside: Outside, log: Notes): Promise<KeyStorePort> {
  const { around, observeCache } = outside.observers ?? {}
  const observed = (store: KeyStorePort) => (around ? aroundStore(store, around) : store)
  switch (config.kind) {
    case 'embedded':
      return observed(await openEmbeddedKeyStore(config))
    case 'memory':
      return observed(new MemoryKeyStore())
    case 'mongodb': {
      // What is known already is no call of the database: those who observe it stand behind the cache.
      const store = observed(await openMongo(config, outside, log))
      const onLookup = observeCache?.('store')
      const options = { ttl: config.cacheTtl, ...(onLookup && { onLookup }) }
      return config.cacheTtl === 0 ? store : new CachedKeyStore(store, options, systemClock)
    }
  }
}

/**
 * Opens a store that must be there already, as it is: that changes nothing, and nothing that is read is kept.
 *
 * @throws KmsError STORE_UNAVAILABLE if it is not there
 */
export async function openExistingStore(config: StoreConfig, outside: Outside, log: Notes): Promise<KeyStorePort> {
  switch (config.kind) {
    case 'embedded':
      return openEmbeddedKeyStore({ ...config, existing: true })
    case 'memory':
      throw new KmsError('STORE_UNAVAILABLE', 'the store is in the memory of a service, and nobody else sees it')
    case 'mongodb':
      return openMongo({ ...config, existing: true }, outside, log)
  }
}

type MongoConfig = Extract<StoreConfig, { kind: 'mongodb' }> & { readonly existing?: boolean }

/** The driver is loaded when it is chosen. */
async function openMongo(config: MongoConfig, outside: Outside, log: Notes): Promise<KeyStorePort> {
  const { openMongoKeyStore } = await import('@keyhold/adapters/store-mongo')
  const onWaiting = (seconds: number, err: unknown) => log.warn({ err, seconds }, 'waiting for the database')
  return openMongoKeyStore({ ...config, ca: outside.ca, onWaiting })
}
