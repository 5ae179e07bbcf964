import { CachedKeyStore, MemoryKeyStore, openEmbeddedKeyStore, systemClock } from '@keyhold/adapters'
import { type KeyStorePort, KmsError } from '@keyhold/core'
import { aroundStore } from './around.ts'
import type { StoreConfig } from './config/config.ts'
import type { Outside } from './outside.ts'

/** Who is told what is being waited for, and what was made. */
export interface Notes {
  warn(about: object, message: string): void
}

/** Opens the store that was chosen, and makes it if it is not there. */
export async function openUncachedStore(config: StoreConfig, outside: Outside, log: Notes): Promise<KeyStorePort> {
  const { around } = outside.observers ?? {}
  const observed = (store: KeyStorePort) => (around ? aroundStore(store, around) : store)
  switch (config.kind) {
    case 'embedded':
      return observed(await openEmbeddedKeyStore(config))
    case 'memory':
      return observed(new MemoryKeyStore())
    case 'mongodb':
      return observed(await openMongo(config, outside, log))
  }
}

/** The same for a service, which knows for a while what it has found in a database. */
export async function openStore(config: StoreConfig, outside: Outside, log: Notes): Promise<KeyStorePort> {
  // What is known already is no call of the database: those who observe it stand behind the cache.
  const store = await openUncachedStore(config, outside, log)
  const ttl = config.kind === 'mongodb' ? config.cacheTtl : 0
  if (ttl === 0) return store
  const onLookup = outside.observers?.observeCache?.('store')
  return new CachedKeyStore(store, { ttl, ...(onLookup && { onLookup }) }, systemClock)
}

/**
 * Opens a store that must be there already, as it is: that changes nothing, and nothing that is read is kept.
 *
 * @param snapshot whether it is read as it was at one moment, if it can do that: the embedded store can
 * @throws KmsError STORE_UNAVAILABLE if it is not there
 */
export async function openExistingStore(
  config: StoreConfig,
  outside: Outside,
  log: Notes,
  { snapshot = false } = {},
): Promise<KeyStorePort> {
  switch (config.kind) {
    case 'embedded':
      return openEmbeddedKeyStore({ ...config, existing: true, ...(snapshot && { snapshot }) })
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
