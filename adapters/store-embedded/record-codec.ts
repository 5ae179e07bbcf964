import { type Collection, KmsError, type StoredRecord } from '@keyhold/core'
import { decode, encode } from 'cborg'

/**
 * The on-disk format, version 1. A place is `collection ‖ u16be(length of scope) ‖ scope ‖ id`. At the place of a
 * record's first id stands CBOR `[revision, ids, body]`; at the place of each further id CBOR of the first id. Ids are
 * byte strings of UTF-8: a text string would come back without the byte order mark that it may begin with.
 */
export const formatVersion = 1

/** Where the format version stands; no record's place begins with this byte. */
export const formatPlace = Uint8Array.of(0x00)

const collectionBytes = {
  header: 0x01,
  keystores: 0x02,
  keys: 0x03,
  'server-keys': 0x04,
  revocations: 0x05,
  log: 0x06,
  sessions: 0x07,
} as const satisfies Record<Collection, number>

export function placeOf(collection: Collection, scope: string, id: string): Buffer {
  const scopeLength = Buffer.byteLength(scope, 'utf8')
  const place = Buffer.allocUnsafe(3 + scopeLength + Buffer.byteLength(id, 'utf8'))
  place.writeUInt8(collectionBytes[collection], 0)
  place.writeUInt16BE(scopeLength, 1)
  place.write(scope, 3, 'utf8')
  place.write(id, 3 + scopeLength, 'utf8')
  return place
}

/** Behind every place of a collection and scope: no UTF-8 holds this byte. */
export function endOf(collection: Collection, scope: string): Buffer {
  return Buffer.concat([placeOf(collection, scope, ''), Uint8Array.of(0xff)])
}

/** What stands where. */
export type Placed = readonly [place: Buffer, entry: Uint8Array]

/** What stands where, once a record is written: itself first. */
export function entriesOf({ collection, scope, ids, revision, body }: StoredRecord): readonly [Placed, ...Placed[]] {
  const idBytes = ids.map(id => Buffer.from(id, 'utf8'))
  const [firstId, ...otherIds] = ids
  const alias = encode(idBytes[0])
  return [
    [placeOf(collection, scope, firstId), encode([revision, idBytes, body])],
    ...otherIds.map((id): Placed => [placeOf(collection, scope, id), alias]),
  ]
}

/** What stands at a place: a record, or the first id of one. @throws KmsError STORE_CORRUPT */
export function decodeEntry(bytes: Uint8Array, collection: Collection, scope: string): StoredRecord | string {
  const entry = decodeCbor(bytes)
  if (entry instanceof Uint8Array) return textOf(entry)
  if (!Array.isArray(entry)) throw corrupt()
  const [revision, ids, body] = entry
  const isRecord = Number.isSafeInteger(revision) && isIds(ids) && body instanceof Uint8Array
  if (!isRecord) throw corrupt()
  const [firstId, ...otherIds] = ids
  return { collection, scope, ids: [textOf(firstId), ...otherIds.map(textOf)], revision, body }
}

export function corrupt(cause?: unknown): KmsError {
  return new KmsError('STORE_CORRUPT', 'a stored record cannot be read', { cause })
}

function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch (cause) {
    throw corrupt(cause)
  }
}

function isIds(ids: unknown): ids is [Uint8Array, ...Uint8Array[]] {
  return Array.isArray(ids) && ids.length > 0 && ids.every(id => id instanceof Uint8Array)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
