import type { Collection, Durability, KeyStorePort, Soon, StoredRecord } from '@keyhold/core'

/** Passes everything on to another store and keeps a list of what was written to it. */
export class RecordingKeyStore implements KeyStorePort {
  /** What the store accepted, in order, a removal without a body; a write that it refused is not here. */
  readonly written: StoredRecord[] = []
  /** How often something was looked for. */
  finds = 0
  readonly #inner: KeyStorePort

  constructor(inner: KeyStorePort) {
    this.#inner = inner
  }

  find(collection: Collection, scope: string, id: string): Soon<StoredRecord | undefined> {
    this.finds += 1
    return this.#inner.find(collection, scope, id)
  }

  async add(record: StoredRecord, durability?: Durability): Promise<void> {
    await this.#inner.add(record, durability)
    this.written.push(structuredClone(record))
  }

  async replace(record: StoredRecord): Promise<void> {
    await this.#inner.replace(record)
    this.written.push(structuredClone(record))
  }

  list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    return this.#inner.list(collection, scope, limit, after)
  }

  async remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    await this.#inner.remove(collection, scope, firstId, revision)
    this.written.push({ collection, scope, ids: [firstId], revision, body: new Uint8Array(0) })
  }

  check(): Promise<void> {
    return this.#inner.check()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
