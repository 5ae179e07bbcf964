import { mkdir, readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  MemoryKeyStore,
  makeMasterKeyFile,
  openEmbeddedKeyStore,
  openLocalLock,
  systemClock,
  systemRandom,
} from '@keyhold/adapters'
import {
  AeadLock,
  type KeyStorePort,
  type LockPort,
  lockKeyLength,
  type Ports,
  type Random,
  SecretBytes,
} from '@keyhold/core'
import type { Logger } from 'pino'
import type { Config, LockConfig, StoreConfig } from './config/config.ts'

export interface Composition {
  readonly ports: Ports
  /** Closes what was opened, in reverse order. */
  close(): Promise<void>
}

/**
 * Opens the adapters that the configuration chooses: the lock first, so that without its key nothing else is touched.
 *
 * @throws MasterKeyFileError, or a KmsError of the store
 */
export async function compose(config: Config, log: Logger): Promise<Composition> {
  const random = systemRandom()
  const lock = await openLock(config.lock, random, log)
  try {
    const store = await openStore(config.store)
    return {
      ports: { store, lock, random, clock: systemClock },
      async close() {
        await store.close()
        await lock.close()
      },
    }
  } catch (error) {
    await lock.close()
    throw error
  }
}

async function openLock(config: LockConfig, random: Random, log: Logger): Promise<LockPort> {
  switch (config.kind) {
    case 'local':
      if (config.made) await makeFirstMasterKey(config.file, log)
      return openLocalLock(config, random)
    case 'process':
      return new AeadLock('process', new SecretBytes(random(lockKeyLength)), random)
  }
}

async function openStore(config: StoreConfig): Promise<KeyStorePort> {
  switch (config.kind) {
    case 'embedded':
      return openEmbeddedKeyStore(config)
    case 'memory':
      return new MemoryKeyStore()
  }
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
