import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Collection, type KeyStorePort, KmsError, type StoredRecord } from '@keyhold/core'
import { open, type RootDatabase } from 'lmdb'
import { syncDirectory } from '../shared/sync-directory.ts'
import { requireDataFile } from './data-file.ts'
import { corrupt, decodeEntry, encodeAlias, encodeRecord, formatPlace, formatVersion, placeOf } from './record-codec.ts'

type Refusal = 'ALREADY_EXISTS' | 'CONFLICT'

/**
 * Opens the durable store inside the process (LMDB) in a directory of its own, which is made if it is not there.
 * Several processes may open the same directory. Nobody but the owner can read the files.
 *
 * @throws KmsError STORE_MISMATCH if the directory was written in a format that this version does not know;
 * STORE_UNAVAILABLE if it cannot be opened
 */
export async function openEmbeddedKeyStore({ directory }: { readonly directory: string }): Promise<KeyStorePort> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await requireDataFile(join(directory, 'data.mdb'))
    const database = open<Uint8Array, Uint8Array>({ path: directory, encoding: 'binary', keyEncoding: 'binary' })
    for (const name of ['data.mdb', 'lock.mdb']) await chmod(join(directory, name), 0o600)
    await syncDirectory(directory)
    await settleFormat(database)
    return new EmbeddedKeyStore(database)
  } catch (error) {
    throw error instanceof KmsError ? error : unavailable(error)
  }
}

class EmbeddedKeyStore implements KeyStorePort {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>
  #closed = false

  constructor(database: RootDatabase<Uint8Array, Uint8Array>) {
    this.#database = database
  }

  async find(collection: Collection, scope: string, id: string): Promise<StoredRecord | undefined> {
    const entry = this.#read(collection, scope, id)
    if (typeof entry !== 'string') return entry
    const record = this.#read(collection, scope, entry)
    if (record === undefined || typeof record === 'string') throw corrupt()
    return record
  }

  async add(record: StoredRecord): Promise<void> {
    await this.#write(record, () => {
      const { collection, scope, ids } = record
      return ids.some(id => this.#read(collection, scope, id) !== undefined) ? 'ALREADY_EXISTS' : undefined
    })
  }

  async replace(record: StoredRecord): Promise<void> {
    await this.#write(record, () => {
      const { collection, scope, ids, revision } = record
      const [firstId, ...otherIds] = ids
      const stored = this.#read(collection, scope, firstId)
      const expected = typeof stored === 'object' && stored.revision === revision - 1
      if (!expected) return 'CONFLICT'
      const taken = otherIds.some(id => {
        const entry = this.#read(collection, scope, id)
        return entry !== undefined && entry !== firstId
      })
      return taken ? 'ALREADY_EXISTS' : undefined
    })
  }

  async check(): Promise<void> {
    this.#requireOpen()
    this.#guard(() => this.#database.get(formatPlace))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#database.close()
  }

  #read(collection: Collection, scope: string, id: string): StoredRecord | string | undefined {
    this.#requireOpen()
    const bytes = this.#guard(() => this.#database.getBinary(placeOf(collection, scope, id)))
    return bytes && decodeEntry(bytes, collection, scope)
  }

  /**
   * Decides and writes in one transaction, which LMDB runs one at a time over all processes, and resolves when it is
   * flushed to the disk. Concurrent writes share a flush.
   */
  async #write(record: StoredRecord, decide: () => Refusal | undefined): Promise<void> {
    this.#requireOpen()
    const { collection, scope, ids } = record
    const [firstId, ...otherIds] = ids
    let failure: unknown
    const refusal = await this.#guardAsync(async () => {
      const decision = await this.#database.transaction(() => {
        try {
          const refused = decide()
          if (refused !== undefined) return refused
          this.#database.put(placeOf(collection, scope, firstId), encodeRecord(record))
          for (const id of otherIds) this.#database.put(placeOf(collection, scope, id), encodeAlias(firstId))
        } catch (error) {
          failure = error
        }
        return undefined
      })
      if (decision === undefined && failure === undefined) await this.#database.flushed
      return decision
    })
    if (failure !== undefined) throw failure
    if (refusal === 'ALREADY_EXISTS') throw new KmsError(refusal, 'the id is taken')
    if (refusal === 'CONFLICT') throw new KmsError(refusal, 'the record was changed in between')
  }

  #requireOpen(): void {
    if (this.#closed) throw new KmsError('STORE_UNAVAILABLE', 'the store is closed')
  }

  #guard<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw unavailable(error)
    }
  }

  async #guardAsync<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (error) {
      throw unavailable(error)
    }
  }
}

async function settleFormat(database: RootDatabase<Uint8Array, Uint8Array>): Promise<void> {
  const format = Uint8Array.of(formatVersion)
  await database.ifNoExists(formatPlace, () => database.put(formatPlace, format))
  await database.flushed
  const stored = database.getBinary(formatPlace)
  if (stored === undefined || Buffer.compare(stored, format) !== 0) {
    await database.close()
    throw new KmsError('STORE_MISMATCH', 'the store was written in a format that this version cannot read')
  }
}

function unavailable(cause: unknown): KmsError {
  return new KmsError('STORE_UNAVAILABLE', 'the store does not answer', { cause })
}
