import type { Collection, StoredRecord } from '@keyhold/core'
import type { RootDatabase } from 'lmdb'
import { LRUCache } from 'lru-cache'
import { copyOf, nameOf } from '../shared/records.ts'
import { decodeEntry, placeOf } from './record-codec.ts'

/** How much is remembered at most, in bytes of entries and an estimate of what else each takes. */
const maximumSize = 16 * 1024 * 1024
const fixedSize = 1024

/** A record, or the first id of one. */
type Decoded = StoredRecord | string

interface Known {
  readonly place: Buffer
  readonly bytes: Buffer
  readonly decoded: Decoded
}

/**
 * What entries say. Every request reads its keystore and its key, and mostly finds the bytes that the request before it has
 * found: those are compared, which costs a tenth of making a record of them. Nothing here is older than the store.
 */
export class KnownEntries {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>
  readonly #known = new LRUCache<string, Known>({
    maxSize: maximumSize,
    sizeCalculation: ({ bytes }) => bytes.length + fixedSize,
  })

  constructor(database: RootDatabase<Uint8Array, Uint8Array>) {
    this.#database = database
  }

  /** What stands at a place now, as a copy; undefined if nothing does. @throws KmsError STORE_CORRUPT */
  read(collection: Collection, scope: string, id: string): Decoded | undefined {
    const name = nameOf(collection, scope, id)
    const known = this.#known.get(name)
    if (known !== undefined && this.#stands(known)) return own(known.decoded)
    const place = placeOf(collection, scope, id)
    const bytes = this.#database.getBinary(place)
    if (bytes === undefined) return undefined
    const decoded = decodeEntry(bytes, collection, scope)
    this.#known.set(name, { place, bytes: Buffer.from(bytes), decoded })
    return own(decoded)
  }

  #stands({ place, bytes }: Known): boolean {
    // A view of memory that the next reading overwrites, and that is longer than what was read: `length` alone says how much.
    const now = this.#database.getBinaryFast(place)
    return now !== undefined && bytes.compare(now, 0, now.length) === 0
  }
}

function own(decoded: Decoded): Decoded {
  return typeof decoded === 'string' ? decoded : copyOf(decoded)
}
