import type { EcdsaKeyType } from '@keyhold/core/algorithms/ecdsa.js'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bits, oid, sequence } from './der.ts'

/** A curve: both key types over it, and a second implementation. */
export interface EcdsaCurve {
  readonly name: 'P-256' | 'P-384' | 'P-521' | 'secp256k1'
  /** Bytes of a coordinate and of a scalar. */
  readonly size: number
  readonly der: EcdsaKeyType
  readonly raw: EcdsaKeyType
  readonly curve: typeof p256
}

export const ecdsaCurves: readonly EcdsaCurve[] = [
  { name: 'P-256', size: 32, der: keyTypes.ECDSAP256DER, raw: keyTypes.ECDSAP256IEEEP1363, curve: p256 },
  { name: 'P-384', size: 48, der: keyTypes.ECDSAP384DER, raw: keyTypes.ECDSAP384IEEEP1363, curve: p384 },
  { name: 'P-521', size: 66, der: keyTypes.ECDSAP521DER, raw: keyTypes.ECDSAP521IEEEP1363, curve: p521 },
  {
    name: 'secp256k1',
    size: 32,
    der: keyTypes.ECDSASecp256k1DER,
    raw: keyTypes.ECDSASecp256k1IEEEP1363,
    curve: secp256k1,
  },
]

/** SubjectPublicKeyInfo (RFC 5480 section 2). */
export function spki(name: EcdsaCurve['name'], point: Uint8Array): Buffer {
  return sequence(sequence(oid.ecPublicKey, oid[name]), bits(point))
}

/** A number in `size` big-endian bytes. */
export function fixed(value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex')
}

/** The number that big-endian bytes are. */
export function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
}

export function flippedLast(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])
}
