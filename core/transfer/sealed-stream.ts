import { lockCipher } from '../algorithms/aead.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'
import { damaged } from './backup-error.ts'

/**
 * A stream of bytes, encrypted in chunks: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015)
 * over AES-256-GCM, with the nonces of age: `number of the chunk (88 bits, big-endian) ‖ 01 if it is the last, else 00`.
 * So no chunk can be left out, repeated, moved, or taken for the end but the last. Every chunk but the last is full. The
 * key must be used for one stream alone.
 */
export const chunkLength = 65_536
const tagLength = 16
/** Bytes of a chunk in the file, unless it is the last one. */
export const sealedChunkLength = chunkLength + tagLength

/** Encrypts pieces of any length. Each chunk is bound to `associatedData`. */
export async function* sealStream(
  key: SecretBytes,
  associatedData: Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const seal = (number: number, isLast: boolean, chunk: Uint8Array) =>
    key.lend(bytes => lockCipher.seal(bytes, nonceOf(number, isLast), chunk, associatedData))
  let number = 0
  let before: Uint8Array = new Uint8Array(0)
  for await (const chunk of rechunk(pieces, chunkLength)) {
    if (before.length > 0) {
      yield seal(number, false, before)
      number += 1
    }
    before = chunk
  }
  yield seal(number, true, before)
}

/**
 * Decrypts the chunks of a stream; each was authentic before any of it is answered.
 *
 * @param chunks as long as they stand in the file
 * @throws BackupError if it is not whole and unchanged, at the latest at its end
 */
export async function* openStream(
  key: SecretBytes,
  associatedData: Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let number = 0
  let before: Uint8Array | undefined
  const open = (ciphertext: Uint8Array, isLast: boolean) => {
    const nonce = nonceOf(number, isLast)
    const chunk =
      ciphertext.length < tagLength
        ? undefined
        : key.lend(bytes => lockCipher.open(bytes, { ciphertext, nonce }, associatedData))
    if (chunk === undefined) throw damaged()
    number += 1
    return chunk
  }
  for await (const chunk of chunks) {
    if (before !== undefined) yield open(before, false)
    before = chunk
  }
  if (before === undefined) throw damaged()
  yield open(before, true)
}

/** The same bytes in chunks of one length, the last of which may be shorter; none is empty. */
export async function* rechunk(pieces: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    waiting.push(piece)
    size += piece.length
    if (size < length) continue
    const bytes = Buffer.concat(waiting)
    const end = size - (size % length)
    for (let from = 0; from < end; from += length) yield bytes.subarray(from, from + length)
    waiting = [bytes.subarray(end)]
    size -= end
  }
  if (size > 0) yield Buffer.concat(waiting)
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(lockCipher.nonceLength)
  nonce.writeUIntBE(number, lockCipher.nonceLength - 7, 6)
  nonce[lockCipher.nonceLength - 1] = isLast ? 1 : 0
  return nonce
}
