import type { Readable } from 'node:stream'

/** Bytes. The longest answer of Encrypt or Decrypt has nine thousand. */
const maximumLength = 65_536

/** Reads the body of an answer, but no more of it than an answer can have: whoever answers may not be AWS. */
export async function readAnswerBody(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const chunk of stream) {
    length += chunk.length
    if (length > maximumLength) throw new RangeError('an answer that is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
