import { createECDH, createPublicKey, type ECDH } from 'node:crypto'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { encodeBase64Url } from '../encoding/base64.ts'
import type { Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type KeyMaterial, wrongKeyMaterial } from './key-type.ts'
import { readEcPkcs8 } from './pkcs8.ts'

/** What the key types over a NIST curve (SP 800-186) share. */
export interface NistCurve {
  /** RFC 7518 section 6.2.1.1 */
  readonly crv: string
  /** OpenSSL's name, for ECDH objects. */
  readonly namedCurve: string
  /** RFC 5480 section 2.1.1.1, in DER. */
  readonly oid: Uint8Array
  readonly hash: string
  /** Bytes of a coordinate and of a scalar. */
  readonly size: number
  /** The DER of a SubjectPublicKeyInfo (RFC 5480 section 2) up to the uncompressed point. */
  readonly spkiPrefix: Uint8Array
  /** A uniform scalar in 1…n-1 (FIPS 186-5 appendix A.2.1, extra random bits) from `seedLength` random bytes. */
  readonly scalar: (seed: Uint8Array) => Uint8Array
  readonly seedLength: number
  /** OpenSSL takes a millisecond or more to sign with P-384 and P-521, or to agree: then off the event loop. */
  readonly slow: boolean
}

export const nistCurves = {
  'P-256': {
    crv: 'P-256',
    namedCurve: 'prime256v1',
    oid: Buffer.from('06082a8648ce3d030107', 'hex'),
    hash: 'sha256',
    size: 32,
    spkiPrefix: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
    scalar: seed => p256.utils.randomSecretKey(seed),
    seedLength: p256.lengths.seed ?? 48,
    slow: false,
  },
  'P-384': {
    crv: 'P-384',
    namedCurve: 'secp384r1',
    oid: Buffer.from('06052b81040022', 'hex'),
    hash: 'sha384',
    size: 48,
    spkiPrefix: Buffer.from('3076301006072a8648ce3d020106052b81040022036200', 'hex'),
    scalar: seed => p384.utils.randomSecretKey(seed),
    seedLength: p384.lengths.seed ?? 72,
    slow: true,
  },
  'P-521': {
    crv: 'P-521',
    namedCurve: 'secp521r1',
    oid: Buffer.from('06052b81040023', 'hex'),
    hash: 'sha512',
    size: 66,
    spkiPrefix: Buffer.from('30819b301006072a8648ce3d020106052b8104002303818600', 'hex'),
    scalar: seed => p521.utils.randomSecretKey(seed),
    seedLength: p521.lengths.seed ?? 99,
    slow: true,
  },
} as const satisfies Record<string, NistCurve>

/** A fresh key. The secret is the scalar in big-endian bytes of the curve's size, the public key the uncompressed point. */
export function generateNistKey(curve: NistCurve, random: Random): Required<KeyMaterial> {
  const material = fromScalar(curve, newScalar(curve, random))
  if (material === undefined) throw new Error('a scalar that was made is none')
  return material
}

/** The caller wipes it. */
export function newScalar(curve: NistCurve, random: Random): Uint8Array {
  const seed = random(curve.seedLength)
  const scalar = curve.scalar(seed)
  seed.fill(0)
  return scalar
}

/** A key that came as PKCS#8 DER. @throws KmsError INVALID_REQUEST */
export function importNistKey(curve: NistCurve, encoded: Uint8Array): Required<KeyMaterial> {
  const { secret, publicKey } = readEcPkcs8(encoded, curve.oid)
  const scalar = fitted(secret, curve.size)
  const material = scalar && fromScalar(curve, scalar)
  if (material === undefined) throw wrongKeyMaterial()
  // The public point that the caller sent along must be this scalar's.
  if (publicKey !== undefined && Buffer.compare(publicKey, material.publicKey) !== 0) throw wrongKeyMaterial()
  return material
}

/** @throws KmsError INVALID_REQUEST if this is not the uncompressed form of a point of the curve (SEC 1 section 3.2.2.1) */
export function checkPoint(curve: NistCurve, point: Uint8Array): void {
  if (point.length !== 1 + 2 * curve.size || point[0] !== 0x04) throw wrongKeyMaterial()
  try {
    createPublicKey({ format: 'jwk', key: pointJwk(curve, point) })
  } catch (cause) {
    throw wrongKeyMaterial(cause)
  }
}

export function pointJwk({ crv, size }: NistCurve, point: Uint8Array): EcJwk {
  return {
    crv,
    kty: 'EC',
    x: encodeBase64Url(point.subarray(1, 1 + size)),
    y: encodeBase64Url(point.subarray(1 + size)),
  }
}

/** The members of RFC 7518 section 6.2.1. */
type EcJwk = Readonly<Record<'crv' | 'kty' | 'x' | 'y', string>>

/**
 * A copy of a big-endian number in `size` bytes, undefined if it has more: RFC 5915 asks for that length, but not every
 * encoder keeps to it.
 */
export function fitted(number: Uint8Array, size: number): Uint8Array | undefined {
  const bytes = significant(number)
  if (bytes.length > size) return undefined
  const copy = new Uint8Array(size)
  copy.set(bytes, size - bytes.length)
  return copy
}

/** A big-endian number without leading zeros. */
export function significant(number: Uint8Array): Uint8Array {
  const start = number.findIndex(byte => byte !== 0)
  return start === -1 ? number.subarray(number.length) : number.subarray(start)
}

/** Of a scalar of the curve's size; undefined if it is 0, or the group's order or more. */
export function openEcdh({ namedCurve }: NistCurve, scalar: Uint8Array): ECDH | undefined {
  const ecdh = createECDH(namedCurve)
  try {
    ecdh.setPrivateKey(scalar)
    return ecdh
  } catch {
    return undefined
  }
}

/** The key of a scalar, of which it takes ownership; undefined as above. */
function fromScalar(curve: NistCurve, scalar: Uint8Array): Required<KeyMaterial> | undefined {
  const ecdh = openEcdh(curve, scalar)
  return ecdh && { secret: new SecretBytes(scalar), publicKey: ecdh.getPublicKey() }
}
