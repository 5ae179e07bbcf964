import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemRandom } from '@keyhold/adapters'
import { isSealed, type KeyStorePort } from '@keyhold/core'
import type { Config, StoreConfig } from '../../config/config.ts'
import { openExistingLock, openServerLock, type ServerLock } from '../../open-lock.ts'
import { type Notes, openExistingStore } from '../../open-store.ts'
import type { Trust } from '../../trust.ts'
import { examine, type Finding } from './finding.ts'

const silent: Notes = { warn: () => undefined }

const mends = {
  lock: 'Look at KMS_SECRET_LOCK_…, and whether the lock may be used to lock and to open.',
  store: 'Look at KMS_DATABASE_TYPE and KMS_DATABASE_URL, and whether the store lets this user in.',
  seal: 'Take the server lock that sealed the store, or another store.',
} as const

/** The server lock, the store, and whether one has sealed the other. Nothing of them is made. */
export async function checkSealedStore(config: Config, trust: Trust, deadline: number): Promise<Finding[]> {
  const [isNew, random] = [await isNewStore(config.store), systemRandom()]
  let [lock, store]: [ServerLock | undefined, KeyStorePort | undefined] = [undefined, undefined]
  const checkLock = async () => {
    if (config.lock.kind === 'process') return 'a key that ends with the process'
    if (isNew && config.lock.kind === 'local' && config.lock.made)
      return `${config.lock.file}: the first start makes it`
    lock = await openServerLock(config, trust, random, silent, openExistingLock)
    await lock.lock.check()
    const { id, formerId } = lock.lock
    return formerId === undefined ? id : `${id}, and the one before, ${formerId}`
  }
  const checkStore = async () => {
    if (config.store.kind === 'memory') return 'in the memory of the process'
    if (isNew) return `${directoryOf(config.store)}: there is none yet; the first start makes it`
    store = await openExistingStore(patient(config.store, deadline), trust, silent)
    await store.check()
    return config.store.kind === 'embedded' ? config.store.directory : 'the database answers'
  }
  try {
    const findings = await Promise.all([
      examine({ name: 'server lock', mend: mends.lock, run: checkLock }, deadline),
      examine({ name: 'store', mend: mends.store, run: checkStore }, deadline),
    ])
    const [opened, ports] = [lock, store] as [ServerLock | undefined, KeyStorePort | undefined]
    if (opened === undefined || ports === undefined) return findings
    opened.sealFor(ports)
    const run = async () => {
      const sealed = await isSealed({ store: ports, lock: opened.lock, random })
      return sealed ? 'the server lock opens the store' : 'no service has used the store yet'
    }
    return [...findings, await examine({ name: 'seal', mend: mends.seal, run }, deadline)]
  } finally {
    await (store as KeyStorePort | undefined)?.close()
    await (lock as ServerLock | undefined)?.lock.close()
  }
}

function directoryOf(store: StoreConfig): string {
  return store.kind === 'embedded' ? store.directory : ''
}

async function isNewStore(store: StoreConfig): Promise<boolean> {
  if (store.kind !== 'embedded') return false
  return stat(join(store.directory, 'data.mdb')).then(
    ({ size }) => size === 0,
    error => error.code === 'ENOENT',
  )
}

/** Whoever looks does not wait as long as a start does. */
function patient(store: StoreConfig, deadline: number): StoreConfig {
  return store.kind === 'mongodb' ? { ...store, startTimeout: Math.min(store.startTimeout, deadline) } : store
}
