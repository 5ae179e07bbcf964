import { createECDH, createPublicKey, type ECDH } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import type { Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { ecPublicKey } from './algorithm-identifiers.ts'
import type { Curve } from './curves.ts'
import type { KeyMaterial } from './key-type.ts'
import { withOwnPublicKey } from './own-public-key.ts'
import { type PrivateKey, readEcPkcs8 } from './pkcs8.ts'
import { spkiOf, withMulticodec } from './public-forms.ts'
import { type JwkPurpose, readJwk, type SecretJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

/** A fresh key. The secret is the scalar in big-endian bytes of the curve's size, the public key the uncompressed point. */
export function generateEcKey(curve: Curve, random: Random): Required<KeyMaterial> {
  const material = fromScalar(curve, newScalar(curve, random))
  if (material === undefined) throw new Error('a scalar that was made is none')
  return material
}

/** The caller wipes it. */
export function newScalar(curve: Curve, random: Random): Uint8Array {
  const seed = random(curve.seedLength)
  const scalar = curve.scalar(seed)
  seed.fill(0)
  return scalar
}

/** A key that came as PKCS#8 DER. @throws KmsError INVALID_REQUEST */
export function importEcKey(curve: Curve, encoded: Uint8Array): Required<KeyMaterial> {
  return fromPrivateKey(curve, readEcPkcs8(encoded, curve.oid))
}

/**
 * A key that came as a JWK (RFC 7518 section 6.2), whose numbers all have the curve's size.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function importEcJwk(curve: Curve, jwk: SecretJwk, purpose: Omit<JwkPurpose, 'kty' | 'crv'>) {
  const { d, x, y } = readJwk(jwk, { kty: 'EC', crv: curve.crv, ...purpose }, 'd', 'x', 'y')
  if ([d, x, y].some(number => number.length !== curve.size)) throw wrongKeyMaterial()
  return fromPrivateKey(curve, { secret: d, publicKey: Buffer.concat([Uint8Array.of(0x04), x, y]) })
}

function fromPrivateKey(curve: Curve, { secret, publicKey }: PrivateKey): Required<KeyMaterial> {
  const scalar = fitted(secret, curve.size)
  const material = scalar && fromScalar(curve, scalar)
  if (material === undefined) throw wrongKeyMaterial()
  return withOwnPublicKey(material, publicKey)
}

/** @throws KmsError INVALID_REQUEST if this is not the uncompressed form of a point of the curve (SEC 1 section 3.2.2.1) */
export function checkPoint(curve: Curve, point: Uint8Array): void {
  if (point.length !== 1 + 2 * curve.size || point[0] !== 0x04) throw wrongKeyMaterial()
  try {
    createPublicKey({ format: 'jwk', key: pointJwk(curve, point) })
  } catch (cause) {
    throw wrongKeyMaterial(cause)
  }
}

export function pointJwk({ crv, size }: Curve, point: Uint8Array): EcJwk {
  return {
    crv,
    kty: 'EC',
    x: encodeBase64Url(point.subarray(1, 1 + size)),
    y: encodeBase64Url(point.subarray(1 + size)),
  }
}

/** SubjectPublicKeyInfo (RFC 5480 section 2) around the uncompressed point. */
export function ecSpki({ oid }: Curve, point: Uint8Array): Uint8Array {
  return spkiOf(ecPublicKey(oid), point)
}

/** A Multikey holds the compressed point (SEC 1 section 2.3.3). */
export function ecMultikey({ multicodec, size }: Curve, point: Uint8Array): Uint8Array {
  const sign = 0x02 + ((point.at(-1) ?? 0) & 1)
  return withMulticodec(multicodec, Buffer.concat([Uint8Array.of(sign), point.subarray(1, 1 + size)]))
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
export function openEcdh({ namedCurve }: Curve, scalar: Uint8Array): ECDH | undefined {
  const ecdh = createECDH(namedCurve)
  try {
    ecdh.setPrivateKey(scalar)
    return ecdh
  } catch {
    return undefined
  }
}

/** The key of a scalar, of which it takes ownership; undefined as above. */
function fromScalar(curve: Curve, scalar: Uint8Array): Required<KeyMaterial> | undefined {
  const ecdh = openEcdh(curve, scalar)
  return ecdh && { secret: new SecretBytes(scalar), publicKey: ecdh.getPublicKey() }
}
