import { pippenger } from '@noble/curves/abstract/curve.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'

export const G1 = bls12_381.G1.Point
export const G2 = bls12_381.G2.Point
export const { Fr, Fp } = bls12_381.fields

export type G1Point = InstanceType<typeof G1>
export type G2Point = InstanceType<typeof G2>

export const scalarLength = 32
/** Of a compressed point of G1. */
export const pointLength = 48
export const publicKeyLength = 96

/** So many random bytes give a scalar without a bias that anyone could see. */
export const wideLength = 48

/** A compressed point of the right subgroup, and not the identity; undefined for anything else. */
export function readG1(bytes: Uint8Array): G1Point | undefined {
  return bytes.length === pointLength ? readPoint(() => G1.fromBytes(bytes)) : undefined
}

/** The same for a public key. */
export function readG2(bytes: Uint8Array): G2Point | undefined {
  return bytes.length === publicKeyLength ? readPoint(() => G2.fromBytes(bytes)) : undefined
}

function readPoint<P extends G1Point | G2Point>(read: () => P): P | undefined {
  try {
    const point = read()
    point.assertValidity()
    return point.is0() ? undefined : point
  } catch {
    return undefined
  }
}

/**
 * With a small table of its own: that of the library is made in a tenth of a second, in which nothing else would run.
 */
const g2 = G2.fromAffine(G2.BASE.toAffine()).precompute(4)

/** Of a scalar that is not zero. */
export function publicKeyOf(secret: bigint): Uint8Array {
  return g2.multiply(secret).toBytes()
}

/**
 * A big-endian scalar below the order of the groups: any other form of it would be a second encoding of one signature.
 */
export function readScalar(bytes: Uint8Array): bigint | undefined {
  const value = integerOf(bytes)
  return bytes.length === scalarLength && value < Fr.ORDER ? value : undefined
}

export function writeScalar(scalar: bigint): Uint8Array {
  return Fr.toBytes(scalar)
}

/** 1/value, hidden behind a random scalar: how long an inversion takes depends on what is inverted. */
export function blindInverse(value: bigint, random: bigint): bigint {
  return Fr.mul(random, Fr.inv(Fr.mul(value, random)))
}

/** Big-endian. */
export function integerOf(bytes: Uint8Array): bigint {
  return bytes.length === 0
    ? 0n
    : BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`)
}

/** As many scalars as there are in random bytes. */
export function randomScalars(random: Uint8Array): bigint[] {
  const scalars: bigint[] = []
  for (let at = 0; at + wideLength <= random.length; at += wideLength) {
    scalars.push(Fr.create(integerOf(random.subarray(at, at + wideLength))))
  }
  return scalars
}

/** Σ points·scalars. Its time depends on the scalars, so none may be a private key or what hides one. */
export function sum(points: readonly G1Point[], scalars: readonly bigint[]): G1Point {
  return pippenger(G1, [...points], [...scalars])
}

/** Whether e(a, publicKey) = e(b, the generator of G2). */
export function pairingsAgree(a: G1Point, publicKey: G2Point, b: G1Point): boolean {
  // The identity pairs with everything to one: then a key would not matter.
  if (a.is0() || b.is0() || publicKey.is0()) return false
  const product = bls12_381.pairingBatch([
    { g1: a, g2: publicKey },
    { g1: b.negate(), g2: G2.BASE },
  ])
  return bls12_381.fields.Fp12.eql(product, bls12_381.fields.Fp12.ONE)
}
