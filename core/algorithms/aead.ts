import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { hchacha } from '@noble/ciphers/chacha.js'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import type { Aead, Encrypted, SynchronousKeyType } from './key-type.ts'
import { readOctJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

const tagLength = 16

interface Cipher {
  /** OpenSSL's name. */
  readonly name: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'
  readonly keyLength: number
  /** RFC 7518 section 5.1, draft-amringer-jose-chacha-02 section 4.1 */
  readonly jwkAlgorithm: string
}

const aes128Gcm: Cipher = { name: 'aes-128-gcm', keyLength: 16, jwkAlgorithm: 'A128GCM' }
const aes256Gcm: Cipher = { name: 'aes-256-gcm', keyLength: 32, jwkAlgorithm: 'A256GCM' }
const chaCha20Poly1305: Cipher = { name: 'chacha20-poly1305', keyLength: 32, jwkAlgorithm: 'C20P' }

/** AES-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439): 12-byte nonces, the 16-byte tag behind the ciphertext. */
function ietfAead(cipher: Cipher, key: Uint8Array): Aead {
  const keyObject = createSecretKey(key)
  return {
    encrypt(plaintext, associatedData, random) {
      const nonce = random(12)
      return { nonce, ciphertext: seal(cipher, keyObject, nonce, plaintext, associatedData) }
    },
    decrypt({ ciphertext, nonce }, associatedData) {
      return nonce.length === 12 ? open(cipher, keyObject, nonce, ciphertext, associatedData) : undefined
    },
  }
}

/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03 section 2.3): a subkey from 16 nonce bytes, RFC 8439 with the rest. */
export function xChaCha20Poly1305(key: Uint8Array): Aead {
  const held = new SecretBytes(Uint8Array.from(key))
  const withSubkey = <T>(nonce: Uint8Array, use: (subkey: Uint8Array, nonce: Uint8Array) => T): T => {
    const subkey = held.lend(bytes => deriveSubkey(bytes, nonce.subarray(0, 16)))
    const rest = Buffer.alloc(12)
    rest.set(nonce.subarray(16), 4)
    try {
      return use(subkey, rest)
    } finally {
      subkey.fill(0)
    }
  }
  return {
    encrypt(plaintext, associatedData, random) {
      const nonce = random(24)
      const ciphertext = withSubkey(nonce, (subkey, rest) =>
        seal(chaCha20Poly1305, subkey, rest, plaintext, associatedData),
      )
      return { nonce, ciphertext }
    },
    decrypt({ ciphertext, nonce }, associatedData) {
      if (nonce.length !== 24) return undefined
      return withSubkey(nonce, (subkey, rest) => open(chaCha20Poly1305, subkey, rest, ciphertext, associatedData))
    },
    close: () => held.wipe(),
  }
}

/** HChaCha20 (section 2.2 of the draft) over little-endian words. */
function deriveSubkey(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const subkey = new Uint32Array(8)
  const keyWords = words(key)
  hchacha(words(Buffer.from('expand 32-byte k')), keyWords, words(nonce), subkey)
  keyWords.fill(0)
  return new Uint8Array(subkey.buffer)
}

/** Bytes as little-endian words, as the ciphers of Bernstein have them. */
export function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer)
}

function seal(
  { name }: Cipher,
  key: KeyObject | Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(name as 'aes-256-gcm', key, nonce, { authTagLength: tagLength })
  cipher.setAAD(associatedData)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function open(
  { name }: Cipher,
  key: KeyObject | Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | undefined {
  const end = ciphertext.length - tagLength
  if (end < 0) return undefined
  const decipher = createDecipheriv(name as 'aes-256-gcm', key, nonce, { authTagLength: tagLength })
  decipher.setAAD(associatedData)
  decipher.setAuthTag(ciphertext.subarray(end))
  const plaintext = decipher.update(ciphertext.subarray(0, end))
  try {
    decipher.final()
    return plaintext
  } catch {
    plaintext.fill(0)
    return undefined
  }
}

/** AES-256-GCM for the core's own locks, over a key that stays the caller's. */
export const lockCipher = {
  nonceLength: 12,
  seal: (key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array) =>
    seal(aes256Gcm, key, nonce, plaintext, associatedData),
  open: (key: Uint8Array, { ciphertext, nonce }: Encrypted, associatedData: Uint8Array) =>
    open(aes256Gcm, key, nonce, ciphertext, associatedData),
}

function aeadKeyType(keyLength: number, jwkAlgorithm: string, aead: (key: Uint8Array) => Aead): SynchronousKeyType {
  const importSecret = (encoded: Uint8Array) => {
    if (encoded.length !== keyLength) throw wrongKeyMaterial()
    return { secret: new SecretBytes(Uint8Array.from(encoded)) }
  }
  const purpose = { use: 'enc', algorithms: [jwkAlgorithm], operations: ['encrypt', 'decrypt'] } as const
  return {
    family: 'aead',
    generate: random => ({ secret: new SecretBytes(random(keyLength)) }),
    importSecret,
    importJwk: jwk => importSecret(readOctJwk(jwk, purpose)),
    aead,
  }
}

const ietfKeyType = (cipher: Cipher) => {
  return aeadKeyType(cipher.keyLength, cipher.jwkAlgorithm, key => ietfAead(cipher, key))
}

export const aes128GcmKeyType = ietfKeyType(aes128Gcm)
export const aes256GcmKeyType = ietfKeyType(aes256Gcm)
export const chaCha20Poly1305KeyType = ietfKeyType(chaCha20Poly1305)
export const xChaCha20Poly1305KeyType = aeadKeyType(32, 'XC20P', xChaCha20Poly1305)
