import { SecretBytes } from '@keyhold/core'
import {
  chunkLength,
  openStream,
  rechunk,
  sealedChunkLength,
  sealStream,
} from '@keyhold/core/transfer/sealed-stream.js'
import fc from 'fast-check'
import t from 'tap'

const associatedData = Buffer.from('bound')
const key = () => new SecretBytes(new Uint8Array(32).fill(1))

async function* piecesOf(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const piece of pieces) chunks.push(Buffer.from(piece))
  return chunks
}

const seal = (...pieces: readonly Uint8Array[]) => all(sealStream(key(), associatedData, piecesOf(...pieces)))
const open = async (...chunks: readonly Uint8Array[]) =>
  Buffer.concat(await all(openStream(key(), associatedData, piecesOf(...chunks))))

t.test('what was sealed opens again, whatever its length', async t => {
  for (const length of [0, 1, chunkLength - 1, chunkLength, chunkLength + 1, 2 * chunkLength, 2 * chunkLength + 7]) {
    const bytes = Buffer.alloc(length, 'x')
    const sealed = await seal(bytes)
    t.equal(sealed.length, Math.max(1, Math.ceil(length / chunkLength)))
    t.ok(sealed.slice(0, -1).every(chunk => chunk.length === sealedChunkLength))
    t.ok((await open(...sealed)).equals(bytes), `${length} bytes`)
    t.notOk(Buffer.concat(sealed).includes('xxxxxxxxxxxx'))
  }
})

t.test('pieces of any length make the same chunks', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (lengths, length) => {
        const pieces = lengths.map((size, index) => Buffer.alloc(size, index))
        const chunks = await all(rechunk(piecesOf(...pieces), length))
        const whole = Buffer.concat(pieces)
        return (
          Buffer.concat(chunks).equals(whole) &&
          chunks.length === Math.ceil(whole.length / length) &&
          chunks.every((chunk, index) => chunk.length === length || index === chunks.length - 1)
        )
      },
    ),
  )
  t.pass()
})

t.test('whatever was done to the chunks is found', async t => {
  const sealed = await seal(
    Buffer.concat([Buffer.alloc(chunkLength, 'a'), Buffer.alloc(chunkLength, 'b'), Buffer.alloc(9, 'c')]),
  )
  const [one, two, three] = sealed as [Buffer, Buffer, Buffer]
  const flipped = (chunk: Buffer, at: number) =>
    Buffer.from(chunk.map((byte, index) => (index === at ? byte ^ 1 : byte)))
  const shorter = await seal(Buffer.alloc(chunkLength, 'a'))
  const changes: Readonly<Record<string, readonly Buffer[]>> = {
    nothing: [],
    'an empty chunk': [Buffer.alloc(0)],
    'cut off after the first chunk': [one],
    'cut off after the second chunk': [one, two],
    'cut off within the last chunk': [one, two, three.subarray(0, -1)],
    'cut off within the tag': [one, two, three.subarray(0, 3)],
    'without the first chunk': [two, three],
    'without the second chunk': [one, three],
    reordered: [two, one, three],
    repeated: [one, one, two, three],
    'something behind': [...sealed, three],
    'an empty chunk behind': [...sealed, Buffer.alloc(0)],
    'the last chunk of another stream': [one, ...shorter],
    'a flipped byte': [one, flipped(two, 5), three],
    'a flipped tag': [one, two, flipped(three, three.length - 1)],
  }
  for (const [name, chunks] of Object.entries(changes)) {
    await t.rejects(open(...chunks), { name: 'BackupError', message: /cut off, reordered or changed/ }, name)
  }
  const other = all(openStream(key(), Buffer.from('other'), piecesOf(...sealed)))
  await t.rejects(other, { name: 'BackupError' }, 'bound to something else')
  const strange = all(openStream(new SecretBytes(new Uint8Array(32)), associatedData, piecesOf(...sealed)))
  await t.rejects(strange, { name: 'BackupError' }, 'another key')
})
