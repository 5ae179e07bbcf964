import {
  constants,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  type SignPrivateKeyInput,
  sign,
  verify,
} from 'node:crypto'
import { experimentalKeyTypeNames, type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { type AgreementType, agreementType } from './outside-agreement.ts'
import { multiKeyId, newMultiKey, type OutsideMulti, outsideBbs, outsideBbsPlus } from './outside-multi.ts'
import type { OwnKey } from './own-key.ts'

interface SignatureType {
  readonly family: 'signature'
  make(): Required<OwnKey>
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array
  verify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean
  /** The RFC 7638 thumbprint: the id of a key that the service made. secp256k1 is in capitals there. */
  idOf(publicKey: Uint8Array): string
}

interface AeadType {
  readonly family: 'aead'
  make(): OwnKey
  /** @throws Error if it does not open */
  open(secret: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, associatedData: Uint8Array): Uint8Array
}

interface MacType {
  readonly family: 'mac'
  make(): OwnKey
  /** The HMAC alone, without the five bytes that the service's MACs begin with. */
  mac(secret: Uint8Array, data: Uint8Array): Uint8Array
}

interface MultiType extends OutsideMulti {
  readonly family: 'bbs-plus' | 'bbs'
  make(): Required<OwnKey>
  idOf(publicKey: Uint8Array): string
}

export type Family = OutsideType['family']

/** A key type as a caller who has nothing but the specifications uses it: none of the service's code is behind it. */
export type OutsideType = SignatureType | AeadType | MacType | AgreementType | MultiType

/** What a public key looks like on the wire. */
interface PublicForm {
  encode(key: KeyObject): Uint8Array
  decode(encoded: Uint8Array): KeyObject
}

const jwkOf = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' })
const fromJwk = (key: JsonWebKey): KeyObject => createPublicKey({ format: 'jwk', key })
const bytes = (base64url = ''): Uint8Array => Buffer.from(base64url, 'base64url')
const text = (encoded: Uint8Array): string => Buffer.from(encoded).toString('base64url')

const rawEdwards = (crv: 'Ed25519' | 'Ed448'): PublicForm => ({
  encode: key => bytes(jwkOf(key).x),
  decode: encoded => fromJwk({ kty: 'OKP', crv, x: text(encoded) }),
})

const subjectPublicKeyInfo: PublicForm = {
  encode: key => key.export({ format: 'der', type: 'spki' }),
  decode: encoded => createPublicKey({ key: Buffer.from(encoded), format: 'der', type: 'spki' }),
}

/** RFC 8017 appendix A.1.1. */
const rsaPublicKey: PublicForm = {
  encode: key => key.export({ format: 'der', type: 'pkcs1' }),
  decode: encoded => createPublicKey({ key: Buffer.from(encoded), format: 'der', type: 'pkcs1' }),
}

/** SEC 1 section 2.3.3. */
const uncompressedPoint = (crv: string): PublicForm => ({
  encode: key => Buffer.concat([Uint8Array.of(0x04), bytes(jwkOf(key).x), bytes(jwkOf(key).y)]),
  decode(encoded) {
    const middle = (encoded.length + 1) / 2
    return fromJwk({ kty: 'EC', crv, x: text(encoded.subarray(1, middle)), y: text(encoded.subarray(middle)) })
  },
})

type DsaEncoding = 'der' | 'ieee-p1363'

/** How OpenSSL is to sign. */
type Scheme = Omit<SignPrivateKeyInput, 'key'>

function signatureType(
  generate: () => { privateKey: KeyObject; publicKey: KeyObject },
  form: PublicForm,
  hash: string | null,
  scheme: Scheme,
): SignatureType {
  return {
    family: 'signature',
    make() {
      const { privateKey, publicKey } = generate()
      return { secret: privateKey.export({ format: 'der', type: 'pkcs8' }), publicKey: form.encode(publicKey) }
    },
    sign(secret, message) {
      const key = createPrivateKey({ key: Buffer.from(secret), format: 'der', type: 'pkcs8' })
      return sign(hash, message, { key, ...scheme })
    },
    verify: (publicKey, signature, message) =>
      verify(hash, message, { key: form.decode(publicKey), ...scheme }, signature),
    idOf(publicKey) {
      const { crv: curve, e, kty, n, x, y } = jwkOf(form.decode(publicKey))
      const crv = curve === 'secp256k1' ? 'SECP256K1' : curve
      // In the order of RFC 7638, and without those that a key of this kind does not have.
      return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
    },
  }
}

const ecdsa = (namedCurve: string, hash: string, encoding: DsaEncoding): SignatureType => {
  const form = encoding === 'der' ? subjectPublicKeyInfo : uncompressedPoint(namedCurve)
  return signatureType(() => generateKeyPairSync('ec', { namedCurve }), form, hash, { dsaEncoding: encoding })
}

/** Made once, since that takes long: what is imported twice is two keys of the service all the same. */
let rsaKeyPair: { privateKey: KeyObject; publicKey: KeyObject } | undefined

const rsa = (scheme: Scheme): SignatureType => {
  const generate = () => {
    rsaKeyPair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    return rsaKeyPair
  }
  return signatureType(generate, rsaPublicKey, 'sha256', scheme)
}

const aead = (name: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305', keyLength: number): AeadType => ({
  family: 'aead',
  make: () => ({ secret: randomBytes(keyLength) }),
  open(secret, nonce, ciphertext, associatedData) {
    const decipher = createDecipheriv(name as 'aes-256-gcm', secret, nonce, { authTagLength: 16 })
    decipher.setAAD(associatedData).setAuthTag(ciphertext.subarray(-16))
    return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()])
  },
})

/** Experimental types are left out: they are locked and stored as the others are. */
export type DrilledTypeName = Exclude<KeyTypeName, 'ML-DSA-65' | 'ML-KEM-768'>

export const drilledTypeNames = keyTypeNames.filter(
  (name): name is DrilledTypeName => !experimentalKeyTypeNames.includes(name),
)

/** A new row of the service's table does not compile until it stands here as well. */
export const outsideTypes: Readonly<Record<DrilledTypeName, OutsideType>> = {
  ED25519: signatureType(() => generateKeyPairSync('ed25519'), rawEdwards('Ed25519'), null, {}),
  ED448: signatureType(() => generateKeyPairSync('ed448'), rawEdwards('Ed448'), null, {}),
  ECDSAP256DER: ecdsa('P-256', 'sha256', 'der'),
  ECDSAP384DER: ecdsa('P-384', 'sha384', 'der'),
  ECDSAP521DER: ecdsa('P-521', 'sha512', 'der'),
  ECDSAP256IEEEP1363: ecdsa('P-256', 'sha256', 'ieee-p1363'),
  ECDSAP384IEEEP1363: ecdsa('P-384', 'sha384', 'ieee-p1363'),
  ECDSAP521IEEEP1363: ecdsa('P-521', 'sha512', 'ieee-p1363'),
  ECDSASecp256k1DER: ecdsa('secp256k1', 'sha256', 'der'),
  ECDSASecp256k1IEEEP1363: ecdsa('secp256k1', 'sha256', 'ieee-p1363'),
  RSARS256: rsa({ padding: constants.RSA_PKCS1_PADDING }),
  RSAPS256: rsa({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  AES128GCM: aead('aes-128-gcm', 16),
  AES256GCM: aead('aes-256-gcm', 32),
  AES256GCMNoPrefix: aead('aes-256-gcm', 32),
  ChaCha20Poly1305: aead('chacha20-poly1305', 32),
  XChaCha20Poly1305: {
    family: 'aead',
    make: () => ({ secret: randomBytes(32) }),
    open: (secret, nonce, ciphertext, associatedData) =>
      xchacha20poly1305(secret, nonce, associatedData).decrypt(ciphertext),
  },
  HMACSHA256Tag256: {
    family: 'mac',
    make: () => ({ secret: randomBytes(32) }),
    mac: (secret, data) => createHmac('sha256', secret).update(data).digest(),
  },
  NISTP256ECDHKW: agreementType('P-256', 32),
  NISTP384ECDHKW: agreementType('P-384', 48),
  NISTP521ECDHKW: agreementType('P-521', 66),
  X25519ECDHKW: agreementType('X25519', 32),
  X448ECDHKW: agreementType('X448', 56),
  BLS12381G2: { family: 'bbs-plus', make: newMultiKey, idOf: multiKeyId, ...outsideBbsPlus },
  'BLS12381G2-SHA-256': { family: 'bbs', make: newMultiKey, idOf: multiKeyId, ...outsideBbs },
}
