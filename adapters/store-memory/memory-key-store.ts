import { type Collection, type KeyStorePort, KmsError, type Soon, type StoredRecord } from '@keyhold/core'
import { listed, nameOf } from '../shared/records.ts'

/** A store that lives and ends with the process: for tests and for trying things out. */
export class MemoryKeyStore implements KeyStorePort {
  /** Every id of a record leads to the same record. */
  readonly #records = new Map<string, StoredRecord>()
  #closed = false

  find(collection: Collection, scope: string, id: string): Soon<StoredRecord | undefined> {
    this.#requireOpen()
    const record = this.#records.get(nameOf(collection, scope, id))
    return record && structuredClone(record)
  }

  async add(record: StoredRecord): Promise<void> {
    this.#requireOpen()
    for (const place of placesOf(record)) if (this.#records.has(place)) throw alreadyExists()
    this.#put(record)
  }

  async replace(record: StoredRecord): Promise<void> {
    this.#requireOpen()
    const { collection, scope, ids, revision } = record
    const stored = this.#records.get(nameOf(collection, scope, ids[0]))
    if (stored?.ids[0] !== ids[0] || stored.revision !== revision - 1) throw conflict()
    for (const place of placesOf(record)) {
      const other = this.#records.get(place)
      if (other !== undefined && other !== stored) throw alreadyExists()
    }
    this.#put(record)
  }

  async list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    this.#requireOpen()
    const found = Array.from(new Set(this.#records.values())).filter(
      record => record.collection === collection && record.scope === scope,
    )
    return listed(found, limit, after)
  }

  async remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    this.#requireOpen()
    const stored = this.#records.get(nameOf(collection, scope, firstId))
    if (stored?.ids[0] !== firstId || stored.revision !== revision) throw conflict()
    for (const place of placesOf(stored)) this.#records.delete(place)
  }

  async check(): Promise<void> {
    this.#requireOpen()
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #put(record: StoredRecord): void {
    const copy = structuredClone(record)
    for (const place of placesOf(record)) this.#records.set(place, copy)
  }

  #requireOpen(): void {
    if (this.#closed) throw new KmsError('STORE_UNAVAILABLE', 'the store is closed')
  }
}

function placesOf({ collection, scope, ids }: StoredRecord): string[] {
  return ids.map(id => nameOf(collection, scope, id))
}

function alreadyExists(): KmsError {
  return new KmsError('ALREADY_EXISTS', 'the id is taken')
}

function conflict(): KmsError {
  return new KmsError('CONFLICT', 'the record was changed in between')
}
