import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeyStorePort, KmsError } from '@keyhold/core'
import { open } from 'lmdb'
import { syncDirectory } from '../shared/sync-directory.ts'
import { requireDataFile, unknownFormat } from './data-file.ts'
import { type Database, EmbeddedKeyStore, unavailable } from './embedded-key-store.ts'
import { readJournals } from './journal-file.ts'
import { JournaledKeyStore, type JournaledOptions } from './journaled-key-store.ts'
import { formatPlace, formatVersion } from './record-codec.ts'
import { Room } from './room.ts'

/**
 * A commit is flushed before it resolves, and is not opened ahead of its transactions: otherwise a commit that fails
 * leaves promises behind that nobody can handle, which would end the process, or that never settle.
 */
const databaseOptions = {
  encoding: 'binary',
  keyEncoding: 'binary',
  overlappingSync: false,
  eventTurnBatching: false,
  // Of the files that are made: nobody else may open them even for a moment.
  permissionsMode: 0o600,
} as const

export interface EmbeddedOptions {
  readonly directory: string
  /** Whether it must be there already: then opening it changes nothing. */
  readonly existing?: boolean
  /** Whether it is read as it is at this moment, whatever is written to it later. Nothing can be written through it. */
  readonly snapshot?: boolean
}

/**
 * Opens the durable store inside the process (LMDB) in a directory of its own, which is made if it is not there.
 * Several processes may open the same directory. Nobody but the owner can read the files.
 *
 * @throws KmsError STORE_MISMATCH if the directory was written in a format that this version does not know;
 * STORE_UNAVAILABLE if it cannot be opened
 */
export async function openEmbeddedKeyStore(options: EmbeddedOptions): Promise<KeyStorePort> {
  const { directory, existing, snapshot } = options
  try {
    if (existing) await requireStore(directory)
    else await mkdir(directory, { recursive: true, mode: 0o700 })
    const file = join(directory, 'data.mdb')
    await requireDataFile(file)
    const database = open<Uint8Array, Uint8Array>({ path: directory, ...databaseOptions })
    const room = new Room(file, database)
    if (existing) {
      await requireFormat(database)
      const options = { directory, untouched: true }
      return snapshot ? openSnapshot(database, room, options) : journaled(database, room, options)
    }
    for (const name of ['data.mdb', 'lock.mdb']) await chmod(join(directory, name), 0o600)
    await syncDirectory(directory)
    await settleFormat(database, room)
    const store = journaled(database, room, { directory })
    await store.recover()
    return store
  } catch (error) {
    throw error instanceof KmsError ? error : unavailable(error)
  }
}

function journaled(database: Database, room: Room, options: JournaledOptions): JournaledKeyStore {
  return new JournaledKeyStore(new EmbeddedKeyStore(database, room), options)
}

/** What is in no journal any more is in the database by then, so those are read first. */
async function openSnapshot(database: Database, room: Room, options: JournaledOptions): Promise<JournaledKeyStore> {
  const written = (await readJournals(options.directory, new Set())).flatMap(({ records }) => records)
  const store = new EmbeddedKeyStore(database, room, database.useReadTransaction())
  return new JournaledKeyStore(store, { ...options, written })
}

async function requireStore(directory: string): Promise<void> {
  const { size } = await stat(join(directory, 'data.mdb')).catch(() => ({ size: 0 }))
  if (size === 0) throw new KmsError('STORE_UNAVAILABLE', 'there is no store in the directory')
}

async function settleFormat(database: Database, room: Room): Promise<void> {
  if (database.getBinary(formatPlace) === undefined) {
    const format = Uint8Array.of(formatVersion)
    await room.make(1, format.length)
    await database.ifNoExists(formatPlace, () => database.put(formatPlace, format))
  }
  await requireFormat(database)
}

async function requireFormat(database: Database): Promise<void> {
  const format = Uint8Array.of(formatVersion)
  const stored = database.getBinary(formatPlace)
  if (stored === undefined || Buffer.compare(stored, format) !== 0) {
    await database.close()
    throw unknownFormat()
  }
}
