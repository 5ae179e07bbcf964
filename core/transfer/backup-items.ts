import { decode, encode } from 'cborg'
import type { Collection, StoredRecord } from '../ports/index.ts'
import { damaged } from './backup-error.ts'

/**
 * What a backup holds, once it is decrypted: items one after the other, each `u32be(length) ‖ CBOR (RFC 8949)`. The first
 * is the header of the store, the last the summary, and between them stand all records. A record is the list
 * `[collection, scope, ids, revision, body]`, in which ids are byte strings of UTF-8: a text string would come back
 * without the byte order mark that it may begin with.
 */
export interface Summary {
  /** Records of each collection, the header aside. */
  readonly records: Readonly<Record<string, number>>
  /** SHA-256 of all items before, the header's included. */
  readonly digest: Uint8Array
}

const lengthBytes = 4
/** No record is as long; what says that it is longer is not read. */
const maximumLength = 64 * 1024 * 1024

export function encodeRecord({ collection, scope, ids, revision, body }: StoredRecord): Uint8Array {
  const bytes = (text: string) => Buffer.from(text, 'utf8')
  return item([collection, bytes(scope), ids.map(bytes), revision, body])
}

export function encodeSummary(summary: Summary): Uint8Array {
  return item({ records: summary.records, digest: summary.digest })
}

/** What an item is. @throws BackupError */
export function decodeItem(bytes: Uint8Array): StoredRecord | Summary {
  const content: unknown = decode(bytes.subarray(lengthBytes))
  if (!Array.isArray(content)) return content as Summary
  const [collection, scope, ids, revision, body] = content as [
    Collection,
    Uint8Array,
    [Uint8Array, ...Uint8Array[]],
    number,
    Uint8Array,
  ]
  const [firstId, ...otherIds] = ids
  return { collection, scope: textOf(scope), ids: [textOf(firstId), ...otherIds.map(textOf)], revision, body }
}

export function isSummary(content: StoredRecord | Summary): content is Summary {
  return 'digest' in content
}

/** The items in a stream of bytes, each with its length before it. @throws BackupError if the last one is not whole */
export async function* splitItems(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Buffer = Buffer.alloc(0)
  for await (const piece of pieces) {
    waiting = Buffer.concat([waiting, piece])
    for (let end = endOf(waiting); end <= waiting.length; end = endOf(waiting)) {
      yield waiting.subarray(0, end)
      waiting = waiting.subarray(end)
    }
  }
  if (waiting.length > 0) throw damaged()
}

function endOf(waiting: Buffer): number {
  if (waiting.length < lengthBytes) return Number.POSITIVE_INFINITY
  const length = waiting.readUInt32BE()
  if (length > maximumLength) throw damaged()
  return lengthBytes + length
}

function item(content: unknown): Uint8Array {
  const bytes = encode(content)
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
