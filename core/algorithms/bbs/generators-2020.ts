import { expand_message_xmd, mapToCurveSimpleSWU } from '@noble/curves/abstract/hash-to-curve.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { LRUCache } from 'lru-cache'
import { Fp, type G1Point, type G2Point, integerOf } from './curve.ts'

const domain = Buffer.from('BLS12381G1_XMD:BLAKE2B_SSWU_RO_BBS+_SIGNATURES:1_0_0')

/** RFC 9380 section 8.8.1, as far as it is needed to see which of two roots was taken. */
const simplifiedSwu = mapToCurveSimpleSWU<bigint>(Fp, {
  A: Fp.create(0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1dn),
  B: Fp.create(0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0n),
  Z: Fp.create(11n),
})

/** Maps a field element, whatever its declared type says. */
const mapToG1 = bls12_381.G1.mapToCurve as unknown as (u: bigint) => G1Point

const half = (Fp.ORDER - 1n) / 2n
const isLarge = (value: bigint): boolean => value > half

/** Points, so that the cache has a bound in memory whatever the numbers of messages are. */
const kept = new LRUCache<string, readonly G1Point[]>({ maxSize: 5000, sizeCalculation: points => points.length })

/**
 * The generators h0, h1 … of a public key for so many messages: they depend on both. Hashing to a point costs
 * milliseconds, so those that were used lately are kept; they are no secret.
 */
export function generators2020(publicKey: G2Point, count: number): readonly G1Point[] {
  const uncompressed = publicKey.toBytes(false)
  const name = `${count} ${Buffer.from(uncompressed).toString('base64')}`
  const known = kept.get(name)
  if (known !== undefined) return known
  const made = Array.from({ length: count + 1 }, (_, index) => {
    const numbers = Buffer.alloc(10)
    numbers.writeUInt32BE(index, 1)
    numbers.writeUInt32BE(count, 6)
    return hashToG1Of2020(Buffer.concat([uncompressed, numbers]))
  })
  kept.set(name, made)
  return made
}

/**
 * The suite of RFC 9380 section 8.8.1 with BLAKE2b, and with the sign rule of an earlier draft: of the two roots that
 * one is taken which is in the same half of the field as the input, where the RFC looks at parities.
 */
export function hashToG1Of2020(data: Uint8Array): G1Point {
  const uniform = expand_message_xmd(data, domain, 128, blake2b)
  const [first, second] = [uniform.subarray(0, 64), uniform.subarray(64)].map(bytes => mapOf2020(integerOf(bytes)))
  if (first === undefined || second === undefined) throw new Error('two points are added')
  return first.add(second)
}

function mapOf2020(input: bigint): G1Point {
  const u = Fp.create(input)
  // What follows the map is a homomorphism: it keeps the sign.
  const point = mapToG1(u)
  return isLarge(simplifiedSwu(u).y) === isLarge(u) ? point : point.negate()
}
