import { mkdir, readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeMasterKeyFile, openLocalLock } from '@keyhold/adapters'
import {
  AeadLock,
  type KeyStorePort,
  type LockPort,
  lockKeyLength,
  type Random,
  SecretBytes,
  SucceedingLock,
  sealingLockId,
} from '@keyhold/core'
import type { Config, LockConfig } from './config/config.ts'
import type { Notes } from './open-store.ts'
import type { Outside } from './outside.ts'

/** The server lock, and what tells it which store it seals: that decides between two locks which of them locks. */
export interface ServerLock {
  readonly lock: LockPort
  readonly sealFor: (store: KeyStorePort) => void
}

/** Opens a lock whose key is there already: nothing is made. */
export async function openExistingLock(
  config: LockConfig,
  outside: Outside,
  random: Random,
  log: Notes,
): Promise<LockPort> {
  return openLock(config.kind === 'local' ? { ...config, made: false } : config, outside, random, log)
}

/**
 * Opens the server lock, together with the one before as long as that is needed.
 *
 * @param open `openExistingLock` where nothing may be made
 */
export async function openServerLock(
  config: Config,
  outside: Outside,
  random: Random,
  log: Notes,
  open = openLock,
): Promise<ServerLock> {
  const lock = await open(config.lock, outside, random, log)
  if (config.previousLock === undefined) return { lock, sealFor: () => undefined }
  try {
    const previous = await open(config.previousLock, outside, random, log)
    let sealed: KeyStorePort | undefined
    return {
      lock: new SucceedingLock(lock, previous, async () => sealed && sealingLockId(sealed)),
      sealFor(store) {
        sealed = store
      },
    }
  } catch (error) {
    await lock.close()
    throw error
  }
}

/** What a large library is needed for is loaded when it is chosen. */
async function openLock(config: LockConfig, outside: Outside, random: Random, log: Notes): Promise<LockPort> {
  const { ca, observers } = outside
  switch (config.kind) {
    case 'local':
      if (config.made) await makeFirstMasterKey(config.file, log)
      return openLocalLock(config, random)
    case 'process':
      return new AeadLock('process', new SecretBytes(random(lockKeyLength)), random)
    case 'aws-kms': {
      const { openAwsKmsLock } = await import('@keyhold/adapters/lock-aws-kms')
      return openAwsKmsLock({ ...config, ca, observe: observers?.outbound?.('aws-kms') })
    }
    case 'openbao-transit': {
      const { openOpenbaoTransitLock } = await import('@keyhold/adapters/lock-openbao-transit')
      return openOpenbaoTransitLock({ ...config, ca, observe: observers?.outbound?.('openbao') })
    }
  }
}

/** Makes the master key file of a store that is new: in any other directory a missing key is an error, not a wish. */
async function makeFirstMasterKey(file: string, log: Notes): Promise<void> {
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
