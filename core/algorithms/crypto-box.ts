import { createHash, type KeyObject } from 'node:crypto'
import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { words } from './aead.ts'
import type { Box } from './key-type.ts'
import { x25519 } from './x25519.ts'

const sigma = words(Buffer.from('expand 32-byte k'))
const tagLength = 16

/** The crypto box of NaCl (X25519, XSalsa20, Poly1305), with the X25519 key that belongs to an Ed25519 seed. */
export function ed25519Box(seed: Uint8Array): Box {
  const scalar = x25519Scalar(seed)
  const key = x25519.privateKeyOf(scalar)
  scalar.fill(0)
  return x25519Box(key)
}

/** As libsodium's `crypto_sign_ed25519_sk_to_curve25519` has it; the caller wipes it. */
export function x25519Scalar(seed: Uint8Array): Uint8Array {
  const digest = createHash('sha512').update(seed).digest()
  const scalar = Uint8Array.from(digest.subarray(0, 32))
  digest.fill(0)
  return scalar
}

export function x25519Box(key: KeyObject): Box {
  const own = x25519.publicKeyOfPrivate(key)
  return {
    seal: (plaintext, nonce, theirs) =>
      withSharedKey(key, theirs, shared => xsalsa20poly1305(shared, nonce).encrypt(plaintext)),
    open: (ciphertext, nonce, theirs) => withSharedKey(key, theirs, shared => open(shared, nonce, ciphertext)),
    openSealed(sealed) {
      if (sealed.length < 32 + tagLength) return undefined
      const ephemeral = sealed.subarray(0, 32)
      const nonce = sealNonce(ephemeral, own)
      try {
        return withSharedKey(key, ephemeral, shared => open(shared, nonce, sealed.subarray(32)))
      } catch {
        // A point of low order is a part of what does not open.
        return undefined
      }
    },
  }
}

/** Of libsodium's `crypto_box_seal`. */
export function sealNonce(ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([ephemeral, recipient]), { dkLen: 24 })
}

/** NaCl's `crypto_box_beforenm`. @throws KmsError INVALID_REQUEST for a point of low order */
function withSharedKey<T>(key: KeyObject, theirs: Uint8Array, use: (shared: Uint8Array) => T): T {
  const agreed = x25519.agree(key, theirs)
  const input = words(agreed)
  const shared = new Uint32Array(8)
  hsalsa(sigma, input, new Uint32Array(4), shared)
  agreed.fill(0)
  input.fill(0)
  try {
    return use(new Uint8Array(shared.buffer))
  } finally {
    shared.fill(0)
  }
}

function open(shared: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  if (ciphertext.length < tagLength) return undefined
  try {
    return xsalsa20poly1305(shared, nonce).decrypt(ciphertext)
  } catch {
    return undefined
  }
}
