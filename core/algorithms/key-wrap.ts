import { createCipheriv, createDecipheriv } from 'node:crypto'
import { invalidRequest, KmsError } from '../errors.ts'
import type { Random } from '../ports/index.ts'
import { xChaCha20Poly1305 } from './aead.ts'
import { sha256 } from './sha256.ts'

/** How one key is encrypted under another. The KEK stays the caller's. */
interface WrapCipher {
  /** Bytes of the KEK. */
  readonly kekLength: number
  /** Whether a key of this length can be wrapped. */
  fits(length: number): boolean
  wrap(kek: Uint8Array, key: Uint8Array, random: Random): Uint8Array
  /** Undefined for every reason for which this does not open. */
  unwrap(kek: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined
}

/** RFC 3394, with the initial value of its section 2.2.3.1. */
function aesKeyWrap(kekLength: 16 | 24 | 32): WrapCipher {
  const cipher = `id-aes${8 * kekLength}-wrap`
  const initialValue = Buffer.alloc(8, 0xa6)
  const fits = (length: number) => length >= 16 && length % 8 === 0
  return {
    kekLength,
    fits,
    wrap(kek, key) {
      const wrap = createCipheriv(cipher, kek, initialValue)
      return Buffer.concat([wrap.update(key), wrap.final()])
    },
    unwrap(kek, wrapped) {
      if (!fits(wrapped.length - 8)) return undefined
      const unwrap = createDecipheriv(cipher, kek, initialValue)
      try {
        return unwrap.update(wrapped)
      } catch {
        return undefined
      }
    },
  }
}

/** XC20PKW: XChaCha20-Poly1305 without associated data, the nonce in front. */
const xChaCha20Poly1305KeyWrap: WrapCipher = {
  kekLength: 32,
  fits: length => length >= 16,
  wrap(kek, key, random) {
    const cipher = xChaCha20Poly1305(kek)
    try {
      const { nonce, ciphertext } = cipher.encrypt(key, new Uint8Array(0), random)
      return Buffer.concat([nonce, ciphertext])
    } finally {
      cipher.close?.()
    }
  },
  unwrap(kek, wrapped) {
    const cipher = xChaCha20Poly1305(kek)
    try {
      const encrypted = { nonce: wrapped.subarray(0, 24), ciphertext: wrapped.subarray(24) }
      return cipher.decrypt(encrypted, new Uint8Array(0))
    } finally {
      cipher.close?.()
    }
  },
}

interface WrapAlgorithmRow extends WrapCipher {
  /**
   * How the secrets come about of which the KEK is derived. In ECDH-1PU the sender's key takes part, so that the recipient
   * knows who has wrapped (draft-madden-jose-ecdh-1pu-04).
   */
  readonly establishment: 'ECDH-ES' | 'ECDH-1PU' | 'ML-KEM'
}

/** The algorithms under the names that a JWE has for them; the last one is this server's own. */
const algorithms = {
  'ECDH-ES+A256KW': { establishment: 'ECDH-ES', ...aesKeyWrap(32) },
  'ECDH-ES+XC20PKW': { establishment: 'ECDH-ES', ...xChaCha20Poly1305KeyWrap },
  'ECDH-1PU+A128KW': { establishment: 'ECDH-1PU', ...aesKeyWrap(16) },
  'ECDH-1PU+A192KW': { establishment: 'ECDH-1PU', ...aesKeyWrap(24) },
  'ECDH-1PU+A256KW': { establishment: 'ECDH-1PU', ...aesKeyWrap(32) },
  'ECDH-1PU+XC20PKW': { establishment: 'ECDH-1PU', ...xChaCha20Poly1305KeyWrap },
  'ML-KEM-768+A256KW': { establishment: 'ML-KEM', ...aesKeyWrap(32) },
} as const satisfies Record<string, WrapAlgorithmRow>

export type WrapAlgorithmName = keyof typeof algorithms

export interface WrapAlgorithm extends WrapAlgorithmRow {
  readonly name: WrapAlgorithmName
}

export function findWrapAlgorithm(name: string): WrapAlgorithm | undefined {
  if (!Object.hasOwn(algorithms, name)) return undefined
  const known = name as WrapAlgorithmName
  return { name: known, ...algorithms[known] }
}

/**
 * The algorithm that wraps a CEK: the one that was asked for, or the one that is usual.
 *
 * @throws KmsError INVALID_REQUEST if the keys of this call do not go with it, or it wraps no CEK of this length
 */
export function chosenAlgorithm(
  { algorithm: asked, cek }: { readonly algorithm?: string; readonly cek: Uint8Array },
  establishment: WrapAlgorithm['establishment'],
  usual: WrapAlgorithmName | undefined,
): WrapAlgorithm {
  const name = asked ?? usual
  const chosen = name === undefined ? undefined : findWrapAlgorithm(name)
  if (asked !== undefined && chosen?.establishment !== establishment) {
    throw invalidRequest('alg: not an algorithm of this call')
  }
  if (!chosen?.fits(cek.length)) throw invalidRequest('cek: of a length that is not wrapped')
  return chosen
}

/** One text for every reason for which a wrapped key does not open. */
export function notUnwrapped(): KmsError {
  return new KmsError('DECRYPTION_FAILED', 'the wrapped key does not open with this key, sender and tag')
}

/** What both sides put into the derivation of the KEK beside their shared secrets. */
export interface KekInfo {
  /** Raw bytes of what a JWE has as `apu` and `apv` (RFC 7518 section 4.6.1). */
  readonly apu: Uint8Array
  readonly apv: Uint8Array
  /** Of the content that is encrypted with the wrapped key; empty if there is none yet. ECDH-1PU alone knows it. */
  readonly tag?: Uint8Array
  /** The ciphertext of ML-KEM, which does not bind the secret to it by itself. */
  readonly ciphertext?: Uint8Array
}

/**
 * The KEK of the shared secrets: `Ze`, and with ECDH-1PU `Zs` behind it. There the tag's length is always there, four
 * zero bytes without a tag; with ML-KEM the ciphertext is in its place. The caller wipes what it gave and the result.
 */
export function deriveKek(algorithm: WrapAlgorithm, secrets: readonly Uint8Array[], info: KekInfo): Uint8Array {
  const { name, establishment, kekLength } = algorithm
  const { tag = new Uint8Array(0), ciphertext = new Uint8Array(0) } = info
  const more = { 'ECDH-ES': [], 'ECDH-1PU': [prefixed(tag)], 'ML-KEM': [prefixed(ciphertext)] }[establishment]
  const z = Buffer.concat(secrets)
  const kek = concatKdf(z, [...otherInfoOf(name, info, 8 * kekLength), ...more], kekLength)
  z.fill(0)
  return kek
}

/** AlgorithmID, PartyUInfo, PartyVInfo and SuppPubInfo of RFC 7518 section 4.6.2. */
export function otherInfoOf(algorithm: string, { apu, apv }: Pick<KekInfo, 'apu' | 'apv'>, bits: number): Uint8Array[] {
  return [prefixed(Buffer.from(algorithm, 'ascii')), prefixed(apu), prefixed(apv), uint32(bits)]
}

/** The Concat KDF with SHA-256 (SP 800-56A section 5.8.2.1), of which one round is enough for 32 bytes. */
export function concatKdf(z: Uint8Array, otherInfo: readonly Uint8Array[], length: number): Uint8Array {
  const input = Buffer.concat([uint32(1), z, ...otherInfo])
  const digest = sha256(input)
  input.fill(0)
  const key = Uint8Array.from(digest.subarray(0, length))
  digest.fill(0)
  return key
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
