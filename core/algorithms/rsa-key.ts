import { DerReader, derTag, readOnly } from './der.ts'
import { derOf, derOfPositive } from './der-writer.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

export const modulusBits = { smallest: 2048, default: 3072, largest: 4096 } as const

/** The numbers of a public key (RFC 8017 section 3.1), big-endian without leading zeros. Views into the encoding. */
export interface RsaPublicNumbers {
  readonly n: Uint8Array
  readonly e: Uint8Array
}

/** The numbers of a private key of two primes (RFC 8017 section 3.2), named as in JWK. */
export interface RsaPrivateNumbers extends RsaPublicNumbers {
  readonly d: Uint8Array
  readonly p: Uint8Array
  readonly q: Uint8Array
  readonly dp: Uint8Array
  readonly dq: Uint8Array
  readonly qi: Uint8Array
}

/**
 * Reads an RSAPublicKey (RFC 8017 appendix A.1.1) in DER. A modulus has 2048 to 4096 bits and is odd; an exponent is odd
 * and 65537 or more (SP 800-56B section 6.2), and has 32 bits at most, so that nobody makes a verification as dear as
 * a signature.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function readRsaPublicKey(encoded: Uint8Array): RsaPublicNumbers {
  const reader = new DerReader(readOnly(encoded, derTag.sequence))
  const numbers = { n: readPositive(reader), e: readPositive(reader) }
  reader.end()
  checkPublicNumbers(numbers)
  return numbers
}

/**
 * Reads an RSAPrivateKey of two primes (RFC 8017 appendix A.1.2) in DER, with the same bounds. Nothing says yet that
 * its numbers belong together.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function readRsaPrivateKey(encoded: Uint8Array): RsaPrivateNumbers {
  const reader = new DerReader(readOnly(encoded, derTag.sequence))
  const [version, ...more] = reader.read(derTag.integer)
  if (version !== 0 || more.length > 0) throw wrongKeyMaterial()
  const next = () => readPositive(reader)
  const numbers = { n: next(), e: next(), d: next(), p: next(), q: next(), dp: next(), dq: next(), qi: next() }
  reader.end()
  checkPublicNumbers(numbers)
  return numbers
}

/** The RSAPublicKey inside a private key, in DER. */
export function rsaPublicKeyOf({ n, e }: RsaPublicNumbers): Uint8Array {
  return derOf(derTag.sequence, derOfPositive(n), derOfPositive(e))
}

/** The RSAPrivateKey of numbers that may have zeros in front, in DER. Nothing says yet that they are a key. */
export function rsaPrivateKeyOf({ n, e, d, p, q, dp, dq, qi }: RsaPrivateNumbers): Uint8Array {
  const version = derOf(derTag.integer, Uint8Array.of(0))
  return derOf(derTag.sequence, version, ...[n, e, d, p, q, dp, dq, qi].map(derOfPositive))
}

/**
 * Refuses a private key whose numbers do not belong together. A test signature does not tell: OpenSSL checks what the
 * primes gave, and computes with d alone if it is wrong. Whether p and q are primes is not asked here.
 *
 * The numbers are compared in a time that depends on them, once, for the one who sent them.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function checkRsaPrivateKey(numbers: RsaPrivateNumbers): void {
  // Primes of different sizes are easier to find. Of the same size, neither can be 1 below.
  if (bitLength(numbers.p) !== bitLength(numbers.q)) throw wrongKeyMaterial()
  const { n, e, d, p, q, dp, dq, qi } = bigIntsOf(numbers)
  if (p * q !== n) throw wrongKeyMaterial()
  // Primes so close to each other are found by Fermat's method (FIPS 186-5 appendix A.1.3).
  const distance = p > q ? p - q : q - p
  if (distance >> BigInt(bitLength(numbers.p) - 100) === 0n) throw wrongKeyMaterial()
  const inverse = (e * d) % (p - 1n) === 1n && (e * d) % (q - 1n) === 1n
  const reduced = dp === d % (p - 1n) && dq === d % (q - 1n)
  const coefficient = qi < p && (qi * q) % p === 1n
  if (d >= n || !inverse || !reduced || !coefficient) throw wrongKeyMaterial()
}

function bigIntsOf({ n, e, d, p, q, dp, dq, qi }: RsaPrivateNumbers) {
  return {
    n: numberOf(n),
    e: numberOf(e),
    d: numberOf(d),
    p: numberOf(p),
    q: numberOf(q),
    dp: numberOf(dp),
    dq: numberOf(dq),
    qi: numberOf(qi),
  }
}

function checkPublicNumbers({ n, e }: RsaPublicNumbers): void {
  const bits = bitLength(n)
  if (bits < modulusBits.smallest || bits > modulusBits.largest || !isOdd(n)) throw wrongKeyMaterial()
  if (e.length > 4 || numberOf(e) < 65537n || !isOdd(e)) throw wrongKeyMaterial()
}

/** An INTEGER more than 0 in the one way in which DER writes it (X.690 section 8.3.2), without the zero for the sign. */
function readPositive(reader: DerReader): Uint8Array {
  const content = reader.read(derTag.integer)
  const [first = 0x80, second = 0] = content
  if (first >= 0x80 || (first === 0 && second < 0x80)) throw wrongKeyMaterial()
  return first === 0 ? content.subarray(1) : content
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`)
}

function bitLength(number: Uint8Array): number {
  return 8 * number.length - Math.clz32(number[0] ?? 0) + 24
}

function isOdd(number: Uint8Array): boolean {
  return (number.at(-1) ?? 0) % 2 === 1
}
