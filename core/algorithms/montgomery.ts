import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import type { Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type AgreementCurve, agreementPurpose, noAgreement } from './agreement-curve.ts'
import type { KeyAgreement, KeyMaterial } from './key-type.ts'
import { withOwnPublicKey } from './own-public-key.ts'
import { type PrivateKey, readOkpPkcs8 } from './pkcs8.ts'
import { spkiOf, withMulticodec } from './public-forms.ts'
import { readOkpJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

/** A function of RFC 7748 section 5. */
interface MontgomeryCurve {
  /** RFC 8037 section 2 */
  readonly crv: 'X25519' | 'X448'
  /** Bytes of a scalar and of a public key. */
  readonly size: number
  /** The u-coordinate of the base point (RFC 7748 sections 4.1 and 4.2). */
  readonly basePoint: number
  /** RFC 8410 section 3, in DER. */
  readonly oid: Uint8Array
  readonly multicodec: number
}

/** What OpenSSL does with the keys of such a curve, all of it at once. */
export interface MontgomeryKeys extends AgreementCurve {
  generate(random: Random): Required<KeyMaterial>
  /** @throws KmsError INVALID_REQUEST */
  importSecret(encoded: Uint8Array): Required<KeyMaterial>
  open(secret: Uint8Array): KeyAgreement
  privateKeyOf(scalar: Uint8Array): KeyObject
  publicKeyOfPrivate(key: KeyObject): Uint8Array
  /** @throws KmsError INVALID_REQUEST for a point of low order */
  agree(key: KeyObject, publicKey: Uint8Array): Uint8Array
}

/** A secret is the scalar as it was made or sent, clamped when it is used. */
export function montgomeryKeys({ crv, size, basePoint, oid, multicodec }: MontgomeryCurve): MontgomeryKeys {
  const publicKeyObject = (publicKey: Uint8Array) => {
    return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv, x: encodeBase64Url(publicKey) } })
  }
  const base = publicKeyObject(Uint8Array.of(basePoint, ...new Uint8Array(size - 1)))

  /** Node asks for `x` beside `d` (RFC 8037 section 2), and computes it of `d`: whatever stands there has no say. */
  const privateKeyOf = (scalar: Uint8Array) => {
    return createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv, x: '', d: encodeBase64Url(scalar) } })
  }
  const agree = (key: KeyObject, publicKey: Uint8Array): Uint8Array => {
    try {
      return diffieHellman({ privateKey: key, publicKey: publicKeyObject(publicKey) })
    } catch (cause) {
      throw noAgreement(cause)
    }
  }
  /** RFC 7748 sections 6.1 and 6.2. */
  const publicKeyOfPrivate = (key: KeyObject) => diffieHellman({ privateKey: key, publicKey: base })
  const agreementOf = (key: KeyObject): KeyAgreement => ({ curve: crv, agree: publicKey => agree(key, publicKey) })

  /** The key of a scalar, of which it takes ownership. */
  const fromScalar = (scalar: Uint8Array): Required<KeyMaterial> => {
    const publicKey = publicKeyOfPrivate(privateKeyOf(scalar))
    return { secret: new SecretBytes(scalar), publicKey }
  }
  const fromPrivateKey = ({ secret, publicKey }: PrivateKey) => {
    if (secret.length !== size) throw wrongKeyMaterial()
    return withOwnPublicKey(fromScalar(Uint8Array.from(secret)), publicKey)
  }
  return {
    name: crv,
    kty: 'OKP',
    exportName: crv,
    generate: random => fromScalar(random(size)),
    newSecret: random => random(size),
    importSecret: encoded => fromPrivateKey(readOkpPkcs8(encoded, oid)),
    importJwk: jwk => fromPrivateKey(readOkpJwk(jwk, { kty: 'OKP', crv, ...agreementPurpose })),
    openNew(scalar) {
      if (scalar.length !== size) return undefined
      const key = privateKeyOf(scalar)
      return { agreement: agreementOf(key), publicKey: publicKeyOfPrivate(key) }
    },
    open: scalar => agreementOf(privateKeyOf(scalar)),
    jwk: publicKey => ({ crv, kty: 'OKP', x: encodeBase64Url(publicKey) }),
    spki: publicKey => spkiOf(oid, publicKey),
    multikey: publicKey => withMulticodec(multicodec, publicKey),
    coordinatesOf: publicKey => ({ x: publicKey }),
    publicKeyOf: ({ x }) => (x.length === size ? x : undefined),
    // With a point of low order every key agrees on zero (RFC 7748 section 6), so any key tells.
    check: publicKey => void agree(privateKeyOf(new Uint8Array(size)), publicKey),
    privateKeyOf,
    publicKeyOfPrivate,
    agree,
  }
}
