import { CachedKeyStore, MemoryKeyStore, openEmbeddedKeyStore, systemClock } from '@keyhold/adapters'
import { type KeyStorePort, KmsError } from '@keyhold/core'
import type { StoreConfig } from './config/config.ts'
import type { Trust } from './trust.ts'

/** Who is told what is being waited for, and what was made. */
export interface Notes {
  warn(about: object, message: string): void
}

/** Opens the store that was chosen, and makes it if it is not there. Records that were found are known for a while. */
export async function openStore(config: StoreConfig, trust: Trust, log: Notes): Promise<KeyStorePort> {
  switch (config.kind) {
    case 'embedded':
      return openEmbeddedKeyStore(config)
    case 'memory':
      return new MemoryKeyStore()
    case 'mongodb': {
      const store = await openMongo(config, trust, log)
      return config.cacheTtl === 0 ? store : new CachedKeyStore(store, { ttl: config.cacheTtl }, systemClock)
    }
  }
}

/**
 * Opens a store that must be there already, as it is: that changes nothing, and nothing that is read is kept.
 *
 * @throws KmsError STORE_UNAVAILABLE if it is not there
 */
export async function openExistingStore(config: StoreConfig, trust: Trust, log: Notes): Promise<KeyStorePort> {
  switch (config.kind) {
    case 'embedded':
      return openEmbeddedKeyStore({ ...config, existing: true })
    case 'memory':
      throw new KmsError('STORE_UNAVAILABLE', 'the store is in the memory of a service, and nobody else sees it')
    case 'mongodb':
      return openMongo({ ...config, existing: true }, trust, log)
  }
}

type MongoConfig = Extract<StoreConfig, { kind: 'mongodb' }> & { readonly existing?: boolean }

/** The driver is loaded when it is chosen. */
async function openMongo(config: MongoConfig, trust: Trust, log: Notes): Promise<KeyStorePort> {
  const { openMongoKeyStore } = await import('@keyhold/adapters/store-mongo')
  const onWaiting = (seconds: number, err: unknown) => log.warn({ err, seconds }, 'waiting for the database')
  return openMongoKeyStore({ ...config, ...trust, onWaiting })
}
