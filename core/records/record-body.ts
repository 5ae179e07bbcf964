import { decode, encode } from 'cborg'
import { hmacSha256, sameBytes } from '../algorithms/hmac.ts'
import { canonicalBytes } from '../encoding/canonical.ts'
import { KmsError } from '../errors.ts'
import type { StoredRecord } from '../ports/index.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'

/**
 * The body of a stored record: `01 ‖ 32-byte tag ‖ CBOR (RFC 8949) of the content`. The tag is HMAC-SHA-256 under the
 * store's integrity key over everything the record consists of, where it is found and its revision included. Whoever
 * can write the store but not open the server lock can change no controller, state, public key or id unnoticed.
 * What it cannot show is that a whole record was deleted, or put back to an older state (SECURITY.md).
 */
const formatVersion = 1
const tagLength = 32

export type Place = Omit<StoredRecord, 'body'>

export function writeBody(integrityKey: SecretBytes, place: Place, content: unknown): Uint8Array {
  const bytes = encode(content)
  return Buffer.concat([Uint8Array.of(formatVersion), tagOf(integrityKey, place, bytes), bytes])
}

/** The content of an authentic record. @throws KmsError STORE_CORRUPT */
export function readBody(integrityKey: SecretBytes, record: StoredRecord): unknown {
  const tag = record.body.subarray(1, 1 + tagLength)
  const bytes = record.body.subarray(1 + tagLength)
  const authentic = record.body[0] === formatVersion && sameBytes(tag, tagOf(integrityKey, record, bytes))
  if (!authentic) throw storeCorrupt()
  return decode(bytes)
}

export function storeCorrupt(cause?: unknown): KmsError {
  return new KmsError('STORE_CORRUPT', 'a stored record is not what was written', { cause })
}

function tagOf(integrityKey: SecretBytes, { collection, scope, ids, revision }: Place, content: Uint8Array) {
  const label = 'keyhold/record/v1'
  const input = canonicalBytes([label, collection, scope, String(revision), String(ids.length), ...ids, content])
  return integrityKey.lend(key => hmacSha256(key, input))
}
