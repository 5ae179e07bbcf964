import { type G1Point, pointLength, readG1, readScalar, scalarLength, writeScalar } from './curve.ts'
import { maximumMessages } from './limits.ts'

/** The proof that somebody has a signature over so many messages, of which some are revealed. */
export interface Proof2020 {
  readonly count: number
  /** Ascending. */
  readonly revealed: readonly number[]
  readonly aPrime: G1Point
  readonly aBar: G1Point
  readonly d: G1Point
  readonly commitment1: G1Point
  readonly responses1: readonly bigint[]
  readonly commitment2: G1Point
  readonly responses2: readonly bigint[]
}

/** Of the first part's commitment, number of responses and two responses. */
const part1Length = pointLength + 4 + 2 * scalarLength

/**
 * Number of messages (2 bytes) ‖ bits of the revealed ones, the last byte first ‖ A' ‖ Ā ‖ D ‖ length of the first part
 * ‖ both parts, each a commitment, a number and as many responses.
 */
export function writeProof2020(proof: Proof2020): Uint8Array {
  const { count, revealed, aPrime, aBar, d, commitment1, responses1, commitment2, responses2 } = proof
  const bits = new Uint8Array(bitsLength(count))
  for (const index of revealed) bits[bits.length - 1 - (index >> 3)] = (bits.at(-1 - (index >> 3)) ?? 0) | bitOf(index)
  const head = Buffer.alloc(2)
  head.writeUInt16BE(count)
  const part = (commitment: G1Point, responses: readonly bigint[]) =>
    Buffer.concat([commitment.toBytes(), uint32(responses.length), ...responses.map(writeScalar)])
  const points = [aPrime, aBar, d].map(point => point.toBytes())
  const [part1, part2] = [part(commitment1, responses1), part(commitment2, responses2)]
  return Buffer.concat([head, bits, ...points, uint32(part1.length), part1, part2])
}

/** Undefined for whatever is no proof in exactly this form, or one over too many messages. */
export function readProof2020(bytes: Uint8Array): Proof2020 | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.length < 3) return undefined
  const count = view.readUInt16BE(0)
  if (count === 0 || count > maximumMessages || view.length < 2 + bitsLength(count)) return undefined
  const revealed = readBits(view.subarray(2, 2 + bitsLength(count)))
  const hidden = count - revealed.length
  const part2Length = pointLength + 4 + (2 + hidden) * scalarLength
  const body = view.subarray(2 + bitsLength(count))
  if (revealed.some(index => index >= count)) return undefined
  if (body.length !== 3 * pointLength + 4 + part1Length + part2Length) return undefined
  if (body.readUInt32BE(3 * pointLength) !== part1Length) return undefined
  const [aPrime, aBar, d] = [0, 1, 2].map(index =>
    readG1(body.subarray(index * pointLength, (index + 1) * pointLength)),
  )
  const part1 = readPart(body.subarray(3 * pointLength + 4, -part2Length))
  const part2 = readPart(body.subarray(-part2Length))
  if (!aPrime || !aBar || !d || part1 === undefined || part2 === undefined) return undefined
  const [commitment1, responses1] = part1
  const [commitment2, responses2] = part2
  return { count, revealed, aPrime, aBar, d, commitment1, responses1, commitment2, responses2 }
}

function readPart(part: Buffer): readonly [G1Point, bigint[]] | undefined {
  const commitment = readG1(part.subarray(0, pointLength))
  const scalars = part.subarray(pointLength + 4)
  const count = scalars.length / scalarLength
  if (commitment === undefined || part.readUInt32BE(pointLength) !== count) return undefined
  const responses: bigint[] = []
  for (let index = 0; index < count; index += 1) {
    const response = readScalar(scalars.subarray(index * scalarLength, (index + 1) * scalarLength))
    if (response === undefined) return undefined
    responses.push(response)
  }
  return [commitment, responses]
}

/** There is a byte too many whenever the number is a multiple of eight. */
const bitsLength = (count: number): number => (count >> 3) + 1
const bitOf = (index: number): number => 1 << (index & 7)

function readBits(bits: Uint8Array): number[] {
  const revealed: number[] = []
  for (let index = 0; index < bits.length * 8; index += 1) {
    if (((bits.at(-1 - (index >> 3)) ?? 0) & bitOf(index)) !== 0) revealed.push(index)
  }
  return revealed
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
