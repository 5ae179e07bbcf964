import { LRUCache } from 'lru-cache'
import type { OnLookup } from '../lending-cache.ts'
import type { Collection, StoredRecord } from '../ports/index.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'
import { readBody } from './record-body.ts'

/** How much is remembered at most, in bytes of bodies and an estimate of what else each record takes. */
const maximumSize = 16 * 1024 * 1024
const fixedSize = 1024

export type Parse<T> = (content: unknown, record: StoredRecord) => T

/**
 * Reads the bodies of records, and remembers what the authentic ones say. Every request asks the store for its records
 * and mostly finds what the request before it has found: then there is nothing to verify and decode again. Known is
 * only what is the same to the last byte in everything that the tag covers, and the tag itself, so whatever was
 * changed, by another process or by an attacker, is seen and verified at once.
 */
export class KnownBodies {
  readonly #integrityKey: SecretBytes
  readonly #onLookup: OnLookup | undefined
  readonly #known = new LRUCache<string, Known>({
    maxSize: maximumSize,
    sizeCalculation: ({ record }) => record.body.length + fixedSize,
  })

  constructor(integrityKey: SecretBytes, onLookup?: OnLookup) {
    this.#integrityKey = integrityKey
    this.#onLookup = onLookup
  }

  /** What is known of a record of this name: by itself it says nothing of what the store has. */
  of(collection: Collection, scope: string, id: string): Known | undefined {
    return this.#known.get(nameOf(collection, scope, id))
  }

  /**
   * What an authentic record says, shared by all who read it: it must not be changed.
   *
   * @param parse makes it of the content; the same for all records of a collection
   * @param known what `of` has answered for it, if it was asked already
   * @throws KmsError STORE_CORRUPT
   */
  read<T>(record: StoredRecord, parse: Parse<T>, known?: Known): T {
    const { collection, scope, ids } = record
    const found = known ?? this.of(collection, scope, ids[0])
    const isKnown = found !== undefined && (found.record === record || isSame(found.record, record))
    this.#onLookup?.(isKnown)
    if (isKnown) {
      // The store knows what it has answered last.
      found.record = record
      return found.value as T
    }
    const value = parse(readBody(this.#integrityKey, record), record)
    this.#known.set(nameOf(collection, scope, ids[0]), { record, value })
    return value
  }
}

/** A record that was read, which nobody else may change, and what it says. */
export interface Known {
  record: StoredRecord
  readonly value: unknown
}

/** Should two records ever have the same name, they would do no more than displace each other. */
function nameOf(collection: Collection, scope: string, id: string): string {
  return `${collection}/${scope}/${id}`
}

function isSame(a: StoredRecord, b: StoredRecord): boolean {
  return (
    a.collection === b.collection &&
    a.scope === b.scope &&
    a.revision === b.revision &&
    a.ids.length === b.ids.length &&
    a.ids.every((id, index) => id === b.ids[index]) &&
    Buffer.compare(a.body, b.body) === 0
  )
}
