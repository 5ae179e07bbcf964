import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import { ecPublicKey } from './algorithm-identifiers.ts'
import type { Curve } from './curves.ts'
import { derTag } from './der.ts'
import { derOf } from './der-writer.ts'
import { spkiOf } from './public-forms.ts'

/**
 * A point as OpenSSL knows it. Of a JWK OpenSSL multiplies the point by the group's order, which on the slow curves takes
 * ten times as long as to read DER. Both refuse what is not on the curve, and these groups have no points of another order.
 *
 * @param point uncompressed
 * @throws Error if it is no point of the curve
 */
export function ecPublicKeyObject(curve: Curve, point: Uint8Array): KeyObject {
  if (!curve.slow) return createPublicKey({ format: 'jwk', key: pointJwk(curve, point) })
  return createPublicKey({ format: 'der', type: 'spki', key: Buffer.from(ecSpki(curve, point)) })
}

/** The same of a key pair, whose halves belong together: that is not looked at. */
export function ecPrivateKeyObject(curve: Curve, scalar: Uint8Array, point: Uint8Array): KeyObject {
  if (!curve.slow) {
    return createPrivateKey({ format: 'jwk', key: { ...pointJwk(curve, point), d: encodeBase64Url(scalar) } })
  }
  const encoded = sec1Of(curve, scalar, point)
  try {
    return createPrivateKey({ format: 'der', type: 'sec1', key: encoded })
  } finally {
    encoded.fill(0)
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

/** The members of RFC 7518 section 6.2.1. */
type EcJwk = Readonly<Record<'crv' | 'kty' | 'x' | 'y', string>>

/** An ECPrivateKey (RFC 5915 section 3) in DER. The caller wipes it. */
function sec1Of({ oid, size }: Curve, scalar: Uint8Array, point: Uint8Array): Buffer {
  const publicKey = derOf(derTag.bitString, Uint8Array.of(0), point)
  const rest = Buffer.concat([derOf(derTag.context0, oid), derOf(derTag.context1, publicKey)])
  // Written around zeros, so that nothing holds the scalar but what is wiped.
  const zeros = derOf(derTag.octetString, new Uint8Array(size))
  const encoded = Buffer.from(derOf(derTag.sequence, derOf(derTag.integer, Uint8Array.of(1)), zeros, rest))
  encoded.set(scalar, encoded.length - rest.length - size)
  return encoded
}
