import type { KeyTypeName } from '@keyhold/core'
import { aeskw } from '@noble/ciphers/aes.js'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x448 } from '@noble/curves/ed448.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { CurveName } from '../../support/encoded-keys.ts'

/** A curve as noble has it. Private keys are raw, public keys bytes of a coordinate or an uncompressed point. */
export interface SecondAgreement {
  readonly curve: CurveName
  newPrivateKey(): Uint8Array
  publicKeyOf(privateKey: Uint8Array): Uint8Array
  agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array
}

const montgomery = (curve: CurveName, noble: typeof x25519): SecondAgreement => ({
  curve,
  newPrivateKey: () => noble.utils.randomSecretKey(),
  publicKeyOf: privateKey => noble.getPublicKey(privateKey),
  agree: (privateKey, publicKey) => noble.getSharedSecret(privateKey, publicKey),
})

/** The shared secret is the x coordinate alone. */
const weierstrass = (curve: CurveName, noble: typeof p256): SecondAgreement => ({
  curve,
  newPrivateKey: () => noble.utils.randomSecretKey(),
  publicKeyOf: privateKey => noble.getPublicKey(privateKey, false),
  agree: (privateKey, publicKey) => noble.getSharedSecret(privateKey, publicKey, true).subarray(1),
})

export const secondAgreements = {
  NISTP256ECDHKW: weierstrass('P-256', p256),
  NISTP384ECDHKW: weierstrass('P-384', p384),
  NISTP521ECDHKW: weierstrass('P-521', p521),
  X25519ECDHKW: montgomery('X25519', x25519),
  X448ECDHKW: montgomery('X448', x448),
} as const satisfies Partial<Record<KeyTypeName, SecondAgreement>>

/** By algorithm, the bytes of the KEK and how it wraps; the nonce of XC20PKW is given. */
export const secondWraps = {
  'ECDH-ES+A256KW': { kekLength: 32, wrap: (kek: Uint8Array, cek: Uint8Array) => aeskw(kek).encrypt(cek) },
  'ECDH-ES+XC20PKW': { kekLength: 32, wrap: xc20p },
  'ECDH-1PU+A128KW': { kekLength: 16, wrap: (kek: Uint8Array, cek: Uint8Array) => aeskw(kek).encrypt(cek) },
  'ECDH-1PU+A192KW': { kekLength: 24, wrap: (kek: Uint8Array, cek: Uint8Array) => aeskw(kek).encrypt(cek) },
  'ECDH-1PU+A256KW': { kekLength: 32, wrap: (kek: Uint8Array, cek: Uint8Array) => aeskw(kek).encrypt(cek) },
  'ECDH-1PU+XC20PKW': { kekLength: 32, wrap: xc20p },
  'ML-KEM-768+A256KW': { kekLength: 32, wrap: (kek: Uint8Array, cek: Uint8Array) => aeskw(kek).encrypt(cek) },
} as const

export type SecondWrapName = keyof typeof secondWraps

function xc20p(kek: Uint8Array, cek: Uint8Array): Uint8Array {
  const nonce = Uint8Array.from({ length: 24 }, (_, index) => index)
  return concatBytes(nonce, xchacha20poly1305(kek, nonce).encrypt(cek))
}

/**
 * RFC 7518 section 4.6.2, and draft-madden-jose-ecdh-1pu-04 section 2.3 if there is a tag, be it empty. The ciphertext of
 * ML-KEM stands where the tag does.
 */
export function secondKek(
  algorithm: SecondWrapName,
  secrets: readonly Uint8Array[],
  { apu, apv, tag }: { readonly apu: Uint8Array; readonly apv: Uint8Array; readonly tag?: Uint8Array },
): Uint8Array {
  const { kekLength } = secondWraps[algorithm]
  const info = [utf8ToBytes(algorithm), apu, apv].map(prefixed)
  const last = tag === undefined ? [] : [prefixed(tag)]
  return sha256(concatBytes(uint32(1), ...secrets, ...info, uint32(8 * kekLength), ...last)).subarray(0, kekLength)
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(uint32(bytes.length), bytes)
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}
