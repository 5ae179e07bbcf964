import type { Clock, Collection, Durability, KeyStorePort, OnLookup, Soon, StoredRecord } from '@keyhold/core'
import { LRUCache } from 'lru-cache'
import { copyOf, nameOf } from '../shared/records.ts'

export interface CachedKeyStoreOptions {
  /** Milliseconds for which a record that was found is answered again, counted from the beginning of its reading. */
  readonly ttl: number
  /** Bytes that are kept at most. Default: 16 MiB. */
  readonly maxSize?: number
  readonly onLookup?: OnLookup
}

/** What a record takes beside its body, estimated. */
const fixedSize = 1024

/**
 * Answers records that were found a moment ago without asking the store again, and asks once for all who want one at
 * the same time. Of what another process does meanwhile, a change or removal is seen when `ttl` has passed, and something
 * new at once: that there is nothing is never remembered. So a revocation, which is a record of its own, is in force at once.
 *
 * A change that is lost against another one makes it forget what it knew, so that whoever starts over reads anew.
 */
export class CachedKeyStore implements KeyStorePort {
  readonly #store: KeyStorePort
  readonly #records: LRUCache<string, StoredRecord>
  readonly #readings = new Map<string, { readonly from: number; readonly found: Promise<StoredRecord | undefined> }>()
  readonly #ttl: number
  readonly #clock: Clock
  readonly #onLookup: OnLookup | undefined
  #closed = false

  constructor(store: KeyStorePort, { ttl, maxSize = 16 * 1024 * 1024, onLookup }: CachedKeyStoreOptions, clock: Clock) {
    this.#store = store
    this.#onLookup = onLookup
    this.#ttl = ttl
    this.#clock = clock
    this.#records = new LRUCache({
      maxSize,
      sizeCalculation: ({ body }) => body.length + fixedSize,
      ttlResolution: 0,
      // Never 0: lru-cache takes that for no time at all.
      perf: { now: () => clock.elapsed() + 1 },
    })
  }

  find(collection: Collection, scope: string, id: string): Soon<StoredRecord | undefined> {
    const place = nameOf(collection, scope, id)
    const known = this.#records.get(place)
    if (known === undefined) return this.#read(place, async () => this.#store.find(collection, scope, id))
    this.#onLookup?.(true)
    return copyOf(known)
  }

  async #read(place: string, find: () => Promise<StoredRecord | undefined>): Promise<StoredRecord | undefined> {
    const begun = this.#beingRead(place)
    const shared = begun && (await begun)
    this.#onLookup?.(shared !== undefined)
    if (shared !== undefined) return copyOf(shared)
    const from = this.#clock.elapsed()
    const found = find()
    const reading = { from, found }
    this.#readings.set(place, reading)
    try {
      const record = await found
      // What was removed meanwhile is not kept.
      if (record !== undefined && this.#readings.get(place) === reading) this.#keep(place, record, from)
      return record && copyOf(record)
    } finally {
      if (this.#readings.get(place) === reading) this.#readings.delete(place)
    }
  }

  async add(record: StoredRecord, durability?: Durability): Promise<void> {
    await this.#store.add(record, durability)
  }

  async replace(record: StoredRecord): Promise<void> {
    const from = this.#clock.elapsed()
    const { collection, scope } = record
    const replacement = copyOf(record)
    try {
      await this.#store.replace(record)
    } catch (error) {
      // Also when nobody knows whether it was replaced.
      for (const id of replacement.ids) this.#records.delete(nameOf(collection, scope, id))
      throw error
    }
    for (const id of replacement.ids) this.#keep(nameOf(collection, scope, id), replacement, from)
  }

  async remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    try {
      await this.#store.remove(collection, scope, firstId, revision)
    } finally {
      this.#forget(collection, scope, firstId)
    }
  }

  list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    return this.#store.list(collection, scope, limit, after)
  }

  check(): Promise<void> {
    return this.#store.check()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#records.clear()
    await this.#store.close()
  }

  /** Also what is being read. Keys alone are found by several ids, which are not known here, and none is ever removed. */
  #forget(collection: Collection, scope: string, firstId: string): void {
    if (collection === 'keys') {
      this.#records.clear()
      this.#readings.clear()
      return
    }
    const place = nameOf(collection, scope, firstId)
    this.#records.delete(place)
    this.#readings.delete(place)
  }

  /** What another request is reading right now, if that is as good as known: it began in time, and finds something. */
  #beingRead(place: string): Promise<StoredRecord | undefined> | undefined {
    const reading = this.#readings.get(place)
    if (reading === undefined || reading.from + this.#ttl <= this.#clock.elapsed()) return undefined
    return reading.found
  }

  /** Keeps what was true at the moment `from`, unless something newer is kept. */
  #keep(place: string, record: StoredRecord, from: number): void {
    const ttl = from + this.#ttl - this.#clock.elapsed()
    const newer = (this.#records.peek(place)?.revision ?? 0) > record.revision
    if (ttl > 0 && !newer && !this.#closed) this.#records.set(place, copyOf(record), { ttl })
  }
}
