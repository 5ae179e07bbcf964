import type { Collection, StoredRecord } from '@keyhold/core'
import type { RootDatabase } from 'lmdb'
import { decodeEntry, placeOf } from './record-codec.ts'

/** What a record was made of. */
interface Origin {
  readonly place: Buffer
  readonly bytes: Buffer
}

/**
 * Reads records, and knows what those were made of that somebody still holds. Every request asks for its keystore and its
 * key, and mostly has in hand what the request before it was answered: then the bytes are compared, which costs a tenth of
 * making a record of them. Nothing that is answered is older than the store.
 */
export class AnsweredRecords {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>
  readonly #origins = new WeakMap<StoredRecord, Origin>()

  constructor(database: RootDatabase<Uint8Array, Uint8Array>) {
    this.#database = database
  }

  /**
   * What stands at a place now: a record, or the first id of one; undefined if nothing does.
   *
   * @param known what is answered again if it is what stands there
   * @throws KmsError STORE_CORRUPT
   */
  read(collection: Collection, scope: string, id: string, known?: StoredRecord): StoredRecord | string | undefined {
    if (known?.collection === collection && known.scope === scope && known.ids[0] === id && this.#stands(known)) {
      return known
    }
    const place = placeOf(collection, scope, id)
    const bytes = this.#database.getBinary(place)
    if (bytes === undefined) return undefined
    const decoded = decodeEntry(bytes, collection, scope)
    if (typeof decoded !== 'string') this.#origins.set(decoded, { place, bytes: Buffer.from(bytes) })
    return decoded
  }

  #stands(known: StoredRecord): boolean {
    const origin = this.#origins.get(known)
    if (origin === undefined) return false
    // A view of memory that the next reading overwrites, and that is longer than what was read: `length` alone says how much.
    const now = this.#database.getBinaryFast(origin.place)
    return now !== undefined && origin.bytes.compare(now, 0, now.length) === 0
  }
}
