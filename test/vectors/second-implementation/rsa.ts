import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, randomBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { fixed, number } from '../../support/ecdsa-curves.ts'
import type { SecondSignatures } from './signatures.ts'

/** An encoding of a message for a modulus of so many bits, which is what is signed. */
interface Encoding {
  encode(message: Uint8Array, bits: number): Uint8Array
  fits(encoded: Uint8Array, message: Uint8Array, bits: number): boolean
}

/** RFC 8017 section 9.2, with the DigestInfo of SHA-256. */
const pkcs1: Encoding = {
  encode(message, bits) {
    const digestInfo = concatBytes(Buffer.from('3031300d060960864801650304020105000420', 'hex'), sha256(message))
    const padding = new Uint8Array(Math.ceil(bits / 8) - digestInfo.length - 3).fill(0xff)
    return concatBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo)
  },
  fits: (encoded, message, bits) => same(encoded, pkcs1.encode(message, bits)),
}

/** RFC 8017 section 9.1 with SHA-256, MGF1 with the same, and a salt of 32 bytes. */
const pss: Encoding = {
  encode: (message, bits) => pssEncoded(message, bits, randomBytes(32)),
  fits(encoded, message, bits) {
    const masked = encoded.subarray(0, -33)
    const dataBlock = xor(masked, mgf1(encoded.subarray(-33, -1), masked.length))
    return same(encoded, pssEncoded(message, bits, dataBlock.subarray(-32)))
  },
}

function pssEncoded(message: Uint8Array, bits: number, salt: Uint8Array): Uint8Array {
  const length = Math.ceil((bits - 1) / 8)
  const hash = sha256(concatBytes(new Uint8Array(8), sha256(message), salt))
  const dataBlock = concatBytes(new Uint8Array(length - 66), Uint8Array.of(1), salt)
  const masked = xor(dataBlock, mgf1(hash, dataBlock.length))
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits + 1))
  return concatBytes(masked, hash, Uint8Array.of(0xbc))
}

/** RFC 8017 appendix B.2.1 */
function mgf1(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    sha256(concatBytes(seed, fixed(BigInt(i), 4))),
  )
  return concatBytes(...blocks).subarray(0, length)
}

/** Keys of OpenSSL and nothing else of it: a private key is PKCS#8, a public one RSAPublicKey, both in DER. */
export function rsa(encodingName: 'pkcs1' | 'pss'): SecondSignatures {
  const encoding = { pkcs1, pss }[encodingName]
  return {
    newPrivateKey() {
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'der', type: 'pkcs8' })
    },
    pkcs8: privateKey => privateKey,
    publicKeyOf: privateKey => createPublicKey(keyOf(privateKey)).export({ format: 'der', type: 'pkcs1' }),
    sign(message, privateKey) {
      const { n, d } = numbersOf(keyOf(privateKey))
      const bits = n.toString(2).length
      return fixed(power(number(encoding.encode(message, bits)), d, n), Math.ceil(bits / 8))
    },
    verify(signature, message, publicKey) {
      const { n, e } = numbersOf(publicKeyOf(publicKey))
      const bits = n.toString(2).length
      if (signature.length !== Math.ceil(bits / 8)) return false
      const length = encodingName === 'pss' ? Math.ceil((bits - 1) / 8) : signature.length
      return encoding.fits(fixed(power(number(signature), e, n), length), message, bits)
    },
    encodePublicKey: publicKey => publicKey,
    decodePublicKey: exported => exported,
    thumbprint(publicKey) {
      const { e, n } = publicKeyOf(publicKey).export({ format: 'jwk' })
      return Buffer.from(sha256(utf8ToBytes(`{"e":"${e}","kty":"RSA","n":"${n}"}`))).toString('base64url')
    },
  }
}

function keyOf(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.from(pkcs8) })
}

function publicKeyOf(pkcs1: Uint8Array): KeyObject {
  return createPublicKey({ format: 'der', type: 'pkcs1', key: Buffer.from(pkcs1) })
}

function numbersOf(key: KeyObject): { readonly n: bigint; readonly e: bigint; readonly d: bigint } {
  const { n = '', e = '', d = '' } = key.export({ format: 'jwk' })
  const [modulus = 0n, publicExponent = 0n, privateExponent = 0n] = [n, e, d].map(text =>
    number(Buffer.from(text, 'base64url')),
  )
  return { n: modulus, e: publicExponent, d: privateExponent }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ (b[i] ?? 0))
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
