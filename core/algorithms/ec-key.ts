import { createECDH, type ECDH } from 'node:crypto'
import type { ComputationPort, Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import type { Curve } from './curves.ts'
import { ecPublicKeyObject } from './ec-key-object.ts'
import type { KeyMaterial } from './key-type.ts'
import { withOwnPublicKey } from './own-public-key.ts'
import { type PrivateKey, readEcPkcs8 } from './pkcs8.ts'
import { withMulticodec } from './public-forms.ts'
import { type JwkPurpose, readJwk, type SecretJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

type EcKey = Promise<Required<KeyMaterial>>

/**
 * A fresh key. The secret is the scalar in big-endian bytes of the curve's size, the public key the uncompressed point.
 *
 * @throws KmsError those of the port
 */
export function generateEcKey(curve: Curve, random: Random, computation: ComputationPort): EcKey {
  return fromScalar(curve, newScalar(curve, random), computation)
}

/** The caller wipes it. */
export function newScalar(curve: Curve, random: Random): Uint8Array {
  const seed = random(curve.seedLength)
  const scalar = curve.scalar(seed)
  seed.fill(0)
  return scalar
}

/** A key that came as PKCS#8 DER. @throws KmsError INVALID_REQUEST, those of the port */
export async function importEcKey(curve: Curve, encoded: Uint8Array, computation: ComputationPort): EcKey {
  return fromPrivateKey(curve, readEcPkcs8(encoded, curve.oid), computation)
}

/**
 * A key that came as a JWK (RFC 7518 section 6.2), whose numbers all have the curve's size.
 *
 * @throws KmsError INVALID_REQUEST, those of the port
 */
export async function importEcJwk(
  curve: Curve,
  jwk: SecretJwk,
  purpose: Omit<JwkPurpose, 'kty' | 'crv'>,
  computation: ComputationPort,
): EcKey {
  const { d, x, y } = readJwk(jwk, { kty: 'EC', crv: curve.crv, ...purpose }, 'd', 'x', 'y')
  if ([d, x, y].some(number => number.length !== curve.size)) throw wrongKeyMaterial()
  const publicKey = Buffer.concat([Uint8Array.of(0x04), x, y])
  return fromPrivateKey(curve, { secret: d, publicKey }, computation)
}

async function fromPrivateKey(curve: Curve, { secret, publicKey }: PrivateKey, computation: ComputationPort): EcKey {
  const scalar = fitted(secret, curve.size)
  if (scalar === undefined) throw wrongKeyMaterial()
  return withOwnPublicKey(await fromScalar(curve, scalar, computation), publicKey)
}

/** @throws KmsError INVALID_REQUEST if this is not the uncompressed form of a point of the curve (SEC 1 section 3.2.2.1) */
export function checkPoint(curve: Curve, point: Uint8Array): void {
  if (point.length !== 1 + 2 * curve.size || point[0] !== 0x04) throw wrongKeyMaterial()
  try {
    ecPublicKeyObject(curve, point)
  } catch (cause) {
    throw wrongKeyMaterial(cause)
  }
}

/** A Multikey holds the compressed point (SEC 1 section 2.3.3). */
export function ecMultikey({ multicodec, size }: Curve, point: Uint8Array): Uint8Array {
  const sign = 0x02 + ((point.at(-1) ?? 0) & 1)
  return withMulticodec(multicodec, Buffer.concat([Uint8Array.of(sign), point.subarray(1, 1 + size)]))
}

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

/** The point of a scalar of the curve's size, uncompressed; undefined as above. @throws KmsError those of the port */
export async function pointOf(
  curve: Curve,
  scalar: Uint8Array,
  computation: ComputationPort,
): Promise<Uint8Array | undefined> {
  if (curve.slow) return computation.run({ scheme: curve.slow, operation: 'publicKey', secret: scalar })
  return openEcdh(curve, scalar)?.getPublicKey()
}

/** The key of a scalar, of which it takes ownership. @throws KmsError INVALID_REQUEST, those of the port */
async function fromScalar(curve: Curve, scalar: Uint8Array, computation: ComputationPort): EcKey {
  const secret = new SecretBytes(scalar)
  try {
    const publicKey = await pointOf(curve, scalar, computation)
    if (publicKey === undefined) throw wrongKeyMaterial()
    return { secret, publicKey }
  } catch (error) {
    secret.wipe()
    throw error
  }
}
