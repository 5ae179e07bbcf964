import { createPrivateKey, createPublicKey } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * The curves of the asymmetric key types, as JWK names them (RFC 7518 section 6.2.1.1, RFC 8037 section 2, RFC 8812
 * section 3.1).
 */
export type CurveName = 'Ed25519' | 'Ed448' | 'X25519' | 'X448' | 'P-256' | 'P-384' | 'P-521' | 'secp256k1'

/**
 * The PKCS#8 DER (RFC 5958) of a private key, as clients import it.
 *
 * @param publicKey raw for Ed25519, Ed448, X25519 and X448, an uncompressed point for the others
 */
export function pkcs8(crv: CurveName, privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const key = { ...publicJwk(crv, publicKey), d: base64Url(privateKey) }
  return createPrivateKey({ format: 'jwk', key }).export({ format: 'der', type: 'pkcs8' })
}

/** The SubjectPublicKeyInfo DER (RFC 5280 section 4.1) of a public key. */
export function spki(crv: CurveName, publicKey: Uint8Array): Uint8Array {
  return createPublicKey({ format: 'jwk', key: publicJwk(crv, publicKey) }).export({ format: 'der', type: 'spki' })
}

/** The uncompressed point in the SubjectPublicKeyInfo DER of an elliptic curve's public key. */
export function pointOfSpki(der: Uint8Array): Uint8Array {
  const { x = '', y = '' } = createPublicKey({ format: 'der', type: 'spki', key: Buffer.from(der) }).export({
    format: 'jwk',
  })
  return Uint8Array.of(0x04, ...Buffer.from(x, 'base64url'), ...Buffer.from(y, 'base64url'))
}

/** The JWK thumbprint (RFC 7638) of a public key, in which clients write secp256k1 in capitals. */
export function jwkThumbprint(curve: CurveName, publicKey: Uint8Array): string {
  const crv = curve === 'secp256k1' ? 'SECP256K1' : curve
  const members = Object.entries({ ...publicJwk(curve, publicKey), crv }).sort(([a], [b]) => (a < b ? -1 : 1))
  return base64Url(sha256(utf8ToBytes(JSON.stringify(Object.fromEntries(members)))))
}

function publicJwk(crv: CurveName, publicKey: Uint8Array) {
  if (/^(Ed|X)/.test(crv)) return { kty: 'OKP', crv, x: base64Url(publicKey) }
  const middle = (publicKey.length + 1) / 2
  return { kty: 'EC', crv, x: base64Url(publicKey.subarray(1, middle)), y: base64Url(publicKey.subarray(middle)) }
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
