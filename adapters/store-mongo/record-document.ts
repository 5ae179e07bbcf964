import { type Collection, KmsError, type StoredRecord } from '@keyhold/core'
import { Binary, type Document } from 'mongodb'

/** A record as MongoDB keeps it, beside an `_id` of the driver's. `id` is the first of `ids`. */
export interface RecordDocument {
  readonly scope: string
  readonly id: string
  readonly ids: readonly string[]
  readonly revision: number
  readonly body: Binary
}

/** What the server itself refuses to store otherwise, whoever writes it. */
export const recordSchema = {
  bsonType: 'object',
  required: ['_id', 'scope', 'id', 'ids', 'revision', 'body'],
  additionalProperties: false,
  properties: {
    _id: { bsonType: 'objectId' },
    scope: { bsonType: 'string' },
    id: { bsonType: 'string' },
    ids: { bsonType: 'array', minItems: 1, items: { bsonType: 'string' } },
    revision: { bsonType: 'number', minimum: 0 },
    body: { bsonType: 'binData' },
  },
} as const satisfies Document

/** UTF-8 bytes of a scope or id: what the port promises to hold. */
const longestText = 512

/** A document that shares no memory with the record: the driver writes it out later. */
export function toDocument({ scope, ids, revision, body }: StoredRecord): RecordDocument {
  requireTexts(scope, ...ids)
  return { scope, id: ids[0], ids: [...ids], revision, body: new Binary(Uint8Array.from(body)) }
}

/** @throws KmsError STORE_CORRUPT */
export function toRecord(document: Document, collection: Collection): StoredRecord {
  const { scope, id, ids, revision, body } = document
  const isRecord =
    typeof scope === 'string' &&
    isTexts(ids) &&
    ids[0] === id &&
    Number.isSafeInteger(revision) &&
    revision >= 0 &&
    body instanceof Binary &&
    body.sub_type === Binary.SUBTYPE_DEFAULT
  if (!isRecord) throw corrupt()
  // Copied out of the answer of the server, which may hold a hundred records.
  return { collection, scope, ids, revision, body: Uint8Array.from(body.value()) }
}

export function corrupt(cause?: Error): KmsError {
  return new KmsError('STORE_CORRUPT', 'a stored record cannot be read', { cause })
}

/**
 * Only text may become part of a filter: an object would be an operator. And only text that comes back as it was: half
 * a surrogate pair would be stored as another character, and meet the ids that have that one.
 *
 * @throws KmsError STORE_UNAVAILABLE
 */
export function requireTexts(...texts: readonly unknown[]): void {
  for (const text of texts) {
    const isText = typeof text === 'string' && !/\p{Surrogate}/u.test(text)
    if (!isText || Buffer.byteLength(text, 'utf8') > longestText) {
      throw new KmsError('STORE_UNAVAILABLE', 'the store cannot hold such an id')
    }
  }
}

function isTexts(ids: unknown): ids is [string, ...string[]] {
  return Array.isArray(ids) && ids.length > 0 && ids.every(id => typeof id === 'string')
}
