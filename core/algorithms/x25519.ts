import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type AgreementCurve, agreementPurpose, noAgreement } from './agreement-curve.ts'
import { idX25519 } from './algorithm-identifiers.ts'
import { type KeyAgreement, type KeyMaterial, wrongKeyMaterial } from './key-type.ts'
import { type PrivateKey, readX25519Pkcs8 } from './pkcs8.ts'
import { spkiOf, withMulticodec } from './public-forms.ts'
import { readOkpJwk } from './secret-jwk.ts'

const basePoint = publicKeyObject(Uint8Array.of(9, ...new Uint8Array(31)))

/** X25519 (RFC 7748 section 5). The secret is the 32-byte scalar as it was made or sent, clamped when it is used. */
export const x25519: AgreementCurve = {
  name: 'X25519',
  kty: 'OKP',
  exportName: 'X25519',
  generate: random => fromScalar(random(32)),
  newSecret: random => random(32),
  importSecret: encoded => fromPrivateKey(readX25519Pkcs8(encoded)),
  importJwk: jwk => fromPrivateKey(readOkpJwk(jwk, { kty: 'OKP', crv: 'X25519', ...agreementPurpose })),
  openNew(scalar) {
    if (scalar.length !== 32) return undefined
    const key = privateKeyObject(scalar)
    return { agreement: agreementOf(key), publicKey: publicKeyOf(key) }
  },
  open: scalar => agreementOf(privateKeyObject(scalar)),
  jwk: publicKey => ({ crv: 'X25519', kty: 'OKP', x: encodeBase64Url(publicKey) }),
  spki: publicKey => spkiOf(idX25519, publicKey),
  multikey: publicKey => withMulticodec(0xec, publicKey),
  coordinatesOf: publicKey => ({ x: publicKey }),
  publicKeyOf: ({ x }) => (x.length === 32 ? x : undefined),
  // With a point of low order every key agrees on zero (RFC 7748 section 6.1), so any key tells.
  check: publicKey => void x25519Agree(privateKeyObject(new Uint8Array(32)), publicKey),
}

/** @throws KmsError INVALID_REQUEST for a point of low order */
export function x25519Agree(key: KeyObject, publicKey: Uint8Array): Uint8Array {
  try {
    return diffieHellman({ privateKey: key, publicKey: publicKeyObject(publicKey) })
  } catch (cause) {
    throw noAgreement(cause)
  }
}

/** Node asks for `x` beside `d` (RFC 8037 section 2), and computes it of `d`: whatever stands there has no say. */
export function privateKeyObject(scalar: Uint8Array): KeyObject {
  const key = { kty: 'OKP', crv: 'X25519', x: '', d: encodeBase64Url(scalar) }
  return createPrivateKey({ format: 'jwk', key })
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: encodeBase64Url(publicKey) } })
}

function agreementOf(key: KeyObject): KeyAgreement {
  return { curve: 'X25519', agree: publicKey => x25519Agree(key, publicKey) }
}

/** RFC 7748 section 6.1. */
export function publicKeyOf(key: KeyObject): Uint8Array {
  return diffieHellman({ privateKey: key, publicKey: basePoint })
}

function fromPrivateKey({ secret, publicKey }: PrivateKey): Required<KeyMaterial> {
  if (secret.length !== 32) throw wrongKeyMaterial()
  const material = fromScalar(Uint8Array.from(secret))
  if (publicKey !== undefined && Buffer.compare(publicKey, material.publicKey) !== 0) throw wrongKeyMaterial()
  return material
}

/** The key of a scalar, of which it takes ownership. */
function fromScalar(scalar: Uint8Array): Required<KeyMaterial> {
  const publicKey = publicKeyOf(privateKeyObject(scalar))
  return { secret: new SecretBytes(scalar), publicKey }
}
