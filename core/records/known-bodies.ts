import { LRUCache } from 'lru-cache'
import type { OnLookup } from '../lending-cache.ts'
import type { StoredRecord } from '../ports/index.ts'
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

  /**
   * What an authentic record says, shared by all who read it: it must not be changed.
   *
   * @param parse makes it of the content; the same for all records of a collection
   * @throws KmsError STORE_CORRUPT
   */
  read<T>(record: StoredRecord, parse: Parse<T>): T {
    // Should two records ever have the same name here, they would do no more than displace each other.
    const name = `${record.collection}/${record.scope}/${record.ids[0]}`
    const known = this.#known.get(name)
    const isKnown = known !== undefined && isSame(known.record, record)
    this.#onLookup?.(isKnown)
    if (isKnown) return known.value as T
    const value = parse(readBody(this.#integrityKey, record), record)
    this.#known.set(name, { record, value })
    return value
  }
}

interface Known {
  readonly record: StoredRecord
  readonly value: unknown
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
