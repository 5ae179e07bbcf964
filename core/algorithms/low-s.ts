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

/** The ASN.1 DER (RFC 3279 section 2.2.3) of a signature r‖s whose halves have at most 60 bytes each. */
export function derOfSignature(signature: Uint8Array): Uint8Array {
  const size = signature.length / 2
  const content = Buffer.concat([derOfInteger(signature.subarray(0, size)), derOfInteger(signature.subarray(size))])
  return Buffer.concat([Uint8Array.of(0x30, content.length), content])
}

/** A positive number, as short as it can be, with a zero byte before a first bit that would make it negative. */
function derOfInteger(number: Uint8Array): Uint8Array {
  const significant = number.subarray(number.findIndex(byte => byte !== 0))
  const sign = (significant[0] ?? 0) < 0x80 ? [] : [0]
  return Uint8Array.of(0x02, sign.length + significant.length, ...sign, ...significant)
}
