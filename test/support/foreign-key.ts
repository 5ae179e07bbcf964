import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  type SignPrivateKeyInput,
  sign,
  verify,
} from 'node:crypto'
import type { KeyTypeName } from '@keyhold/core'
import { multiKeyId } from '@keyhold/scripts/crash/outside-multi.js'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { oid, seedPkcs8 } from './der.ts'

/** A signature key that was made elsewhere, and what it does there: the oracle for ours. */
export interface ForeignKey {
  readonly pkcs8: Buffer
  /** As `public_key` carries it. */
  readonly publicKey: Buffer
  sign(message: Uint8Array): Buffer
}

/** A key type as OpenSSL knows it. */
interface Format {
  readonly make: () => KeyPairKeyObjectResult
  readonly hash: string | null
  readonly scheme: Omit<SignPrivateKeyInput, 'key'>
  readonly wireForm: (key: KeyObject) => Buffer
  readonly readWireForm: (bytes: Buffer) => KeyObject
}

const spki = {
  wireForm: (key: KeyObject) => key.export({ format: 'der', type: 'spki' }),
  readWireForm: (bytes: Buffer) => createPublicKey({ format: 'der', type: 'spki', key: bytes }),
}

const edwards = (crv: 'Ed25519' | 'Ed448'): Format => ({
  make: () => (crv === 'Ed448' ? generateKeyPairSync('ed448') : generateKeyPairSync('ed25519')),
  hash: null,
  scheme: {},
  wireForm: key => Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'),
  readWireForm: bytes => fromJwk({ kty: 'OKP', crv, x: bytes.toString('base64url') }),
})

const hashes: Readonly<Record<string, string>> = {
  'P-256': 'sha256',
  'P-384': 'sha384',
  'P-521': 'sha512',
  secp256k1: 'sha256',
}

function ecdsa(curve: string, dsaEncoding: 'der' | 'ieee-p1363'): Format {
  const point = {
    wireForm(key: KeyObject) {
      const { x = '', y = '' } = key.export({ format: 'jwk' })
      return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
    },
    readWireForm(bytes: Buffer) {
      const middle = (bytes.length + 1) / 2
      const [x, y] = [bytes.subarray(1, middle), bytes.subarray(middle)].map(part => part.toString('base64url'))
      return fromJwk({ kty: 'EC', crv: curve, x: x ?? '', y: y ?? '' })
    },
  }
  return {
    make: () => generateKeyPairSync('ec', { namedCurve: curve }),
    hash: hashes[curve] ?? '',
    scheme: { dsaEncoding },
    ...(dsaEncoding === 'der' ? spki : point),
  }
}

/** Made once, since that takes long. */
let rsaKeyPair: KeyPairKeyObjectResult | undefined

function rsa(scheme: Format['scheme']): Format {
  return {
    make() {
      rsaKeyPair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
      return rsaKeyPair
    },
    hash: 'sha256',
    scheme,
    wireForm: key => key.export({ format: 'der', type: 'pkcs1' }),
    readWireForm: bytes => createPublicKey({ format: 'der', type: 'pkcs1', key: bytes }),
  }
}

function formatOf(type: KeyTypeName): Format {
  if (type === 'ED25519') return edwards('Ed25519')
  if (type === 'ED448') return edwards('Ed448')
  if (type === 'RSARS256') return rsa({ padding: constants.RSA_PKCS1_PADDING })
  if (type === 'RSAPS256') return rsa({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  const [, named = '', encoding] = /^ECDSA(P\d{3}|Secp256k1)(DER|IEEEP1363)$/.exec(type) ?? []
  if (named === '') throw new Error(`no foreign implementation of ${type} is known to this test`)
  return ecdsa(named.replace(/^P/, 'P-').replace(/^S/, 's'), encoding === 'DER' ? 'der' : 'ieee-p1363')
}

export function foreignSignatureKey(type: KeyTypeName): ForeignKey {
  if (type === 'ML-DSA-65') return foreignMlDsaKey()
  const { make, hash, scheme, wireForm } = formatOf(type)
  const { privateKey, publicKey } = make()
  return {
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    publicKey: wireForm(publicKey),
    sign: message => sign(hash, message, { key: privateKey, ...scheme }),
  }
}

/** Whether a public key in its wire form verifies a signature, according to OpenSSL. */
export function foreignVerify(type: KeyTypeName, publicKey: Buffer, message: Uint8Array, signature: Buffer): boolean {
  if (type === 'ML-DSA-65') return ml_dsa65.verify(signature, message, publicKey)
  const { hash, scheme, readWireForm } = formatOf(type)
  return verify(hash, message, { key: readWireForm(publicKey), ...scheme }, signature)
}

/** The JWK thumbprint (RFC 7638) of a public key in its wire form, in which clients write secp256k1 in capitals. */
export function foreignThumbprint(type: KeyTypeName, publicKey: Buffer): string {
  if (type.startsWith('BLS12381')) return multiKeyId(publicKey)
  if (type.startsWith('ML-')) return algorithmKeyPairThumbprint(type, publicKey)
  const { crv: curve, e, kty, n, x, y } = formatOf(type).readWireForm(publicKey).export({ format: 'jwk' })
  const crv = curve === 'secp256k1' ? 'SECP256K1' : curve
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}

/** By noble, since Node knows this algorithm with newer versions of OpenSSL alone. */
function foreignMlDsaKey(): ForeignKey {
  const seed = randomBytes(32)
  const { publicKey, secretKey } = ml_dsa65.keygen(seed)
  return {
    pkcs8: seedPkcs8(oid['ML-DSA-65'], seed),
    publicKey: Buffer.from(publicKey),
    sign: message => Buffer.from(ml_dsa65.sign(message, secretKey)),
  }
}

/** RFC 9964 section 6. */
function algorithmKeyPairThumbprint(alg: string, publicKey: Buffer): string {
  const jwk = JSON.stringify({ alg, kty: 'AKP', pub: publicKey.toString('base64url') })
  return createHash('sha256').update(jwk).digest('base64url')
}

/** Whether the keys of two types look alike, so that nothing but the name tells them apart. */
export function sameForm(a: KeyTypeName, b: KeyTypeName): boolean {
  const bytes = foreignSignatureKey(a).publicKey
  if (b === 'ML-DSA-65') return bytes.length === 1952
  try {
    return formatOf(b).wireForm(formatOf(b).readWireForm(bytes)).equals(bytes)
  } catch {
    return false
  }
}

function fromJwk(key: JsonWebKey): KeyObject {
  return createPublicKey({ format: 'jwk', key })
}
