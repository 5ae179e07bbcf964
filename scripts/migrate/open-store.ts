import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openEmbeddedKeyStore } from '@keyhold/adapters'
import type { KeyStorePort } from '@keyhold/core'
import type { Location } from './location.ts'
import { MoveError } from './move-error.ts'

/** Milliseconds. */
const patience = { startTimeout: 30_000, callTimeout: 30_000 } as const

/** Is told about each second how long the start of a database has been waited for. */
type OnWaiting = (seconds: number) => void

/** Opens a store that must be there already: opening it as usual would make it. */
export async function openSource(location: Location, onWaiting: OnWaiting): Promise<KeyStorePort> {
  if (location.kind === 'embedded' && !existsSync(join(location.directory, 'data.mdb'))) {
    throw new MoveError('there is no store in the directory to move from')
  }
  return openTarget(location, onWaiting)
}

/** Opens a store, and makes it if it is not there. */
export async function openTarget(location: Location, onWaiting: OnWaiting): Promise<KeyStorePort> {
  if (location.kind === 'embedded') return openEmbeddedKeyStore(location)
  // Whoever moves between directories alone does not load the driver.
  const { openMongoKeyStore } = await import('@keyhold/adapters/store-mongo/mongo-key-store.js')
  const { url, prefix } = location
  return openMongoKeyStore({ url, prefix, ...patience, onWaiting })
}
