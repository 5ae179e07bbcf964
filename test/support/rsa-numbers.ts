import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { der, integer, sequence } from './der.ts'
import { number } from './ecdsa-curves.ts'

/** The numbers of an RSA private key (RFC 8017 section 3.2), named as in JWK. */
export type RsaNumbers = Readonly<Record<'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', bigint>>

export function newRsaNumbers(modulusLength: number, publicExponent = 65537): RsaNumbers {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  const jwk = privateKey.export({ format: 'jwk' })
  const read = (text = '') => number(Buffer.from(text, 'base64url'))
  const { n, e, d, p, q, dp, dq, qi } = jwk
  return {
    n: read(n),
    e: read(e),
    d: read(d),
    p: read(p),
    q: read(q),
    dp: read(dp),
    dq: read(dq),
    qi: read(qi),
  }
}

/** The key of two numbers that are said to be primes, whether it can be one or not. */
export function rsaNumbersOf(p: bigint, q: bigint, e = 65537n): RsaNumbers {
  const d = inverse(e, (p - 1n) * (q - 1n))
  return { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
}

/** RSAPrivateKey (RFC 8017 appendix A.1.2). */
export function rsaPrivateKey({ n, e, d, p, q, dp, dq, qi }: RsaNumbers, version = 0, ...more: Uint8Array[]): Buffer {
  return sequence(integer(version), ...[n, e, d, p, q, dp, dq, qi].map(signed), ...more)
}

/** RSAPublicKey (RFC 8017 appendix A.1.1). */
export function rsaPublicKey({ n, e }: Pick<RsaNumbers, 'n' | 'e'>, ...more: Uint8Array[]): Buffer {
  return sequence(signed(n), signed(e), ...more)
}

/** SubjectPublicKeyInfo, in which other services carry an RSAPublicKey. */
export function rsaSpki(publicKey: Buffer): Buffer {
  return createPublicKey({ format: 'der', type: 'pkcs1', key: publicKey }).export({ format: 'der', type: 'spki' })
}

export function signed(value: bigint): Buffer {
  return der(0x02, twosComplement(value))
}

/** The content of an INTEGER, as short as it can be (X.690 section 8.3). */
export function twosComplement(value: bigint): Buffer {
  const magnitude = value < 0n ? -value - 1n : value
  const length = Math.floor(magnitude.toString(16).length / 2) + 1
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, '0')
  const bytes = Buffer.from(hex, 'hex')
  const [first = 0, second = 0] = bytes
  // A hexadecimal digit leaves room for bits that may not be needed.
  const needless = length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  return needless ? bytes.subarray(1) : bytes
}

/** Of a number that has one (the extended Euclidean algorithm); 0 otherwise. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n]
  while (a !== 0n) {
    const quotient = b / a
    ;[a, b, x, y] = [b - quotient * a, a, y - quotient * x, x]
  }
  return b === 1n ? ((y % modulus) + modulus) % modulus : 0n
}
