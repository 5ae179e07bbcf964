import { type Collection, type KeyStorePort, KmsError, type StoredRecord } from '@keyhold/core'
import type { RootDatabase, Transaction } from 'lmdb'
import { AnsweredRecords } from './answered-records.ts'
import { corrupt, decodeEntry, endOf, entriesOf, formatPlace, type Placed, placeOf } from './record-codec.ts'
import type { Room } from './room.ts'
import { SharedCommits } from './shared-commits.ts'

type Refusal = 'ALREADY_EXISTS' | 'CONFLICT'

/** What shall stand where; nothing, if it is undefined. */
type Entries = readonly (readonly [place: Buffer, entry: Uint8Array | undefined])[]

export type Database = RootDatabase<Uint8Array, Uint8Array>

/** Records in a database of LMDB that is open, which it closes. */
export class EmbeddedKeyStore implements KeyStorePort {
  readonly #database: Database
  readonly #snapshot: Transaction | undefined
  readonly #answered: AnsweredRecords
  readonly #commits: SharedCommits
  #closed = false

  constructor(database: Database, room: Room, snapshot?: Transaction) {
    this.#database = database
    this.#commits = new SharedCommits((writes, bytes) => room.make(writes, bytes))
    this.#snapshot = snapshot
    this.#answered = new AnsweredRecords(database)
  }

  find(collection: Collection, scope: string, id: string, known?: StoredRecord): StoredRecord | undefined {
    this.#requireOpen()
    this.#guard(() => this.#refresh())
    const entry = this.#read(collection, scope, id, known)
    if (typeof entry !== 'string') return entry
    const record = this.#read(collection, scope, entry)
    if (record === undefined || typeof record === 'string') throw corrupt()
    return record
  }

  async add(record: StoredRecord): Promise<void> {
    const { collection, scope } = record
    const [...ids] = record.ids
    if (ids.length === 1) return this.#addPlain(entriesOf(record)[0])
    // The transaction runs later, and the record is the caller's: what will be written is taken now.
    const entries = entriesOf(record)
    await this.#write(
      () => (ids.some(id => this.#read(collection, scope, id) !== undefined) ? 'ALREADY_EXISTS' : entries),
      lengthOf(entries),
    )
  }

  /**
   * Adds what is found under one id alone. LMDB decides that by itself, which costs half of what a transaction does that
   * has to ask this thread.
   */
  async #addPlain([place, entry]: readonly [place: Buffer, entry: Uint8Array]): Promise<void> {
    this.#requireWritable()
    const isAdded = await this.#commit(
      () => this.#database.ifNoExists(place, () => this.#put(place, entry)),
      entry.length,
    )
    if (!isAdded) throw alreadyExists()
  }

  /**
   * Writes records that nobody but who gives them can have written there, all of them or none: of many of them each costs a
   * third of an addition. In the order of additions, which a transaction would not keep.
   */
  async writeAll(records: readonly StoredRecord[]): Promise<void> {
    this.#requireWritable()
    const entries = records.flatMap(entriesOf)
    const write = () => {
      for (const [place, entry] of entries) this.#put(place, entry)
    }
    await this.#commit(() => this.#database.batch(write), lengthOf(entries))
  }

  async replace(record: StoredRecord): Promise<void> {
    const { collection, scope, ids, revision } = record
    const [firstId, ...otherIds] = ids
    const entries = entriesOf(record)
    await this.#write(() => {
      const stored = this.#read(collection, scope, firstId)
      const expected = typeof stored === 'object' && stored.revision === revision - 1
      if (!expected) return 'CONFLICT'
      const taken = otherIds.some(id => {
        const entry = this.#read(collection, scope, id)
        return entry !== undefined && entry !== firstId
      })
      return taken ? 'ALREADY_EXISTS' : entries
    }, lengthOf(entries))
  }

  async list(collection: Collection, scope: string, limit: number, after = ''): Promise<StoredRecord[]> {
    this.#requireOpen()
    return this.#guard(() => {
      this.#refresh()
      const range = {
        start: placeOf(collection, scope, after),
        end: endOf(collection, scope),
        ...(this.#snapshot && { transaction: this.#snapshot }),
      }
      const records: StoredRecord[] = []
      for (const { value } of this.#database.getRange(range)) {
        const entry = decodeEntry(value, collection, scope)
        if (typeof entry === 'string' || entry.ids[0] === after) continue
        if (records.length === limit) break
        records.push(entry)
      }
      return records
    })
  }

  async remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    await this.#write(() => {
      const stored = this.#read(collection, scope, firstId)
      if (typeof stored !== 'object' || stored.revision !== revision) return 'CONFLICT'
      return stored.ids.map(id => [placeOf(collection, scope, id), undefined])
    })
  }

  async check(): Promise<void> {
    this.#requireOpen()
    this.#guard(() => this.#database.get(formatPlace))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#snapshot?.done()
    await this.#commits.end()
    await this.#database.close()
  }

  /** What LMDB reads by itself may be older than what another process was acknowledged since. */
  #refresh(): void {
    if (this.#snapshot === undefined) this.#database.resetReadTxn()
  }

  #read(collection: Collection, scope: string, id: string, known?: StoredRecord): StoredRecord | string | undefined {
    this.#requireOpen()
    return this.#guard(() => {
      if (this.#snapshot === undefined) return this.#answered.read(collection, scope, id, known)
      const bytes = this.#database.get(placeOf(collection, scope, id), { transaction: this.#snapshot })
      return bytes && decodeEntry(bytes, collection, scope)
    })
  }

  /**
   * Decides and writes in one transaction, which LMDB runs one at a time over all processes, and resolves when it is
   * flushed to the disk. Concurrent writes share a flush.
   *
   * @param bytes how long what it writes is
   */
  async #write(decide: () => Refusal | Entries, bytes = 0): Promise<void> {
    this.#requireWritable()
    let failure: unknown
    const run = () => {
      try {
        const decided = decide()
        if (typeof decided === 'string') return decided
        for (const [place, entry] of decided) {
          if (entry === undefined) this.#database.remove(place)
          else this.#database.put(place, entry)
        }
      } catch (error) {
        failure = error
      }
      return undefined
    }
    const refusal = await this.#commit(() => this.#database.transaction(run), bytes)
    if (failure !== undefined) throw failure
    if (refusal === 'ALREADY_EXISTS') throw alreadyExists()
    if (refusal === 'CONFLICT') throw new KmsError(refusal, 'the record was changed in between')
  }

  /** Fails with the whole, which is what is waited for. */
  #put(place: Buffer, entry: Uint8Array): void {
    this.#database.put(place, entry).catch(() => undefined)
  }

  #requireWritable(): void {
    this.#requireOpen()
    if (this.#snapshot !== undefined) throw new KmsError('STORE_UNAVAILABLE', 'a snapshot of the store is only read')
  }

  #requireOpen(): void {
    if (this.#closed) throw new KmsError('STORE_UNAVAILABLE', 'the store is closed')
  }

  #guard<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw error instanceof KmsError ? error : unavailable(error)
    }
  }

  async #commit<T>(write: () => Promise<T>, bytes: number): Promise<T> {
    try {
      return await this.#commits.add(write, bytes)
    } catch (error) {
      throw unavailable(error)
    }
  }
}

function lengthOf(entries: readonly Placed[]): number {
  return entries.reduce((sum, [, { length }]) => sum + length, 0)
}

function alreadyExists(): KmsError {
  return new KmsError('ALREADY_EXISTS', 'the id is taken')
}

/** What a failure of LMDB is to callers. */
export function unavailable(cause: unknown): KmsError {
  // LMDB hands the reason of a failed commit over as a promise, which is rejected, and which nobody else waits for.
  if (cause instanceof Error && 'commitError' in cause) Promise.resolve(cause.commitError).catch(() => undefined)
  return new KmsError('STORE_UNAVAILABLE', 'the store does not answer', { cause })
}
