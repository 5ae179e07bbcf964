import { derTag } from './der.ts'
import { derOf, derOfPositive } from './der-writer.ts'

/**
 * The same signature with the lower of its two values of s: n - s verifies wherever s does, and verifiers of blockchains
 * take the lower one alone (BIP 62).
 *
 * @param signature r‖s of fixed length
 * @param order n, the order of the curve's group
 */
export function withLowS(signature: Uint8Array, order: bigint): Uint8Array {
  const size = signature.length / 2
  const s = BigInt(`0x${Buffer.from(signature.subarray(size)).toString('hex')}`)
  if (2n * s <= order) return signature
  const low = Buffer.from((order - s).toString(16).padStart(2 * size, '0'), 'hex')
  return Buffer.concat([signature.subarray(0, size), low])
}

/** The ASN.1 DER (RFC 3279 section 2.2.3) of a signature r‖s. */
export function derOfSignature(signature: Uint8Array): Uint8Array {
  const size = signature.length / 2
  return derOf(derTag.sequence, derOfPositive(signature.subarray(0, size)), derOfPositive(signature.subarray(size)))
}
