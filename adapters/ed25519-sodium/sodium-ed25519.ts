import { type Ed25519Port, type Ed25519Signer, type Ed25519Verifier, openSslEd25519 } from '@keyhold/core'

type Sodium = typeof import('sodium-native')

/** Why libsodium cannot be used. */
export class SodiumError extends Error {
  override readonly name = 'SodiumError'
  readonly code = 'SODIUM'
}

/**
 * How many bytes a message may have to be libsodium's. Its SHA-512 is slower than OpenSSL's, and a message is hashed twice to
 * be signed: there it loses from 12 KB on, when verifying from 64 KB on.
 */
const longest = 16_384

/**
 * Loads libsodium, which takes half of the time that OpenSSL takes. There are no binaries for every system: for musl there are none.
 *
 * @throws SodiumError if it is not installed, does not load, or computes something else than RFC 8032
 */
export async function openSodiumEd25519(): Promise<Ed25519Port> {
  let sodium: Sodium
  try {
    sodium = (await import('sodium-native')).default
  } catch (cause) {
    throw new SodiumError('libsodium is not installed, or not for this system', { cause })
  }
  const port = sodiumEd25519(sodium)
  if (!signsTest2(port)) throw new SodiumError('libsodium does not compute what RFC 8032 says')
  return port
}

function sodiumEd25519(sodium: Sodium): Ed25519Port {
  return {
    name: 'libsodium',
    publicKey(seed) {
      const [publicKey, secretKey] = [new Uint8Array(32), new Uint8Array(64)]
      sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
      secretKey.fill(0)
      return publicKey
    },
    signer(seed, publicKey) {
      // Made of the seed alone: a signature over another public key than its own would tell the private key.
      const secretKey = new Uint8Array(64)
      sodium.crypto_sign_seed_keypair(new Uint8Array(32), secretKey, seed)
      let forLong: Ed25519Signer | undefined
      return {
        sign(message) {
          if (message.length > longest) {
            forLong ??= openSslEd25519.signer(secretKey.subarray(0, 32), publicKey)
            return forLong.sign(message)
          }
          const signature = Buffer.allocUnsafe(64)
          sodium.crypto_sign_detached(signature, message, secretKey)
          return signature
        },
        close() {
          secretKey.fill(0)
          forLong = undefined
        },
      }
    },
    verifier(publicKey) {
      let forLong: Ed25519Verifier | undefined
      return {
        verify(signature, message) {
          if (signature.length !== 64) return false
          if (message.length <= longest) return sodium.crypto_sign_verify_detached(signature, message, publicKey)
          forLong ??= openSslEd25519.verifier(publicKey)
          return forLong.verify(signature, message)
        },
      }
    },
  }
}

/** RFC 8032 section 7.1, TEST 2. */
function signsTest2(port: Ed25519Port): boolean {
  const [seed, publicKey, expected] = [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ].map(hex => Buffer.from(hex, 'hex')) as [Buffer, Buffer, Buffer]
  const message = Buffer.of(0x72)
  const signature = port.signer(seed, publicKey).sign(message)
  const { verify } = port.verifier(publicKey)
  const isOwn = publicKey.equals(port.publicKey(seed))
  return isOwn && expected.equals(signature) && verify(signature, message) && !verify(signature, Buffer.of(0x73))
}
