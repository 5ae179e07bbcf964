import { type DidSigner, ed25519DidUrl, p256DidUrl } from '@keyhold/core/wire'
import { ed25519 } from '@noble/curves/ed25519.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { decodeUrl } from './bytes.ts'

/** Whatever signs: a key of WebCrypto, of a device, or one that is kept by a Keyhold itself. */
export interface Signer {
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** A `CryptoKey`, by the name that browsers and Node.js have in common. */
export type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

export interface WebCryptoKeyPair {
  /** Ed25519, or ECDSA on P-256; it need not be extractable. */
  readonly privateKey: WebCryptoKey
  readonly publicKey: WebCryptoKey
}

/** RFC 7518 section 3.4 */
const hashes: Readonly<Record<string, string>> = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' }

/** Signs by a private key of WebCrypto: with Ed25519, or with ECDSA and the hash of its curve. */
export function webCryptoSigner(privateKey: WebCryptoKey): Signer {
  const { name, namedCurve = '' } = privateKey.algorithm as { name: string; namedCurve?: string }
  const hash = hashes[namedCurve]
  const algorithm = hash === undefined ? { name } : { name, hash }
  return {
    sign: async message => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, new Uint8Array(message))),
  }
}

/** The `did:key` of a pair of keys of WebCrypto. @throws TypeError if they are neither Ed25519 nor on P-256 */
export async function didKey({ privateKey, publicKey }: WebCryptoKeyPair): Promise<DidSigner> {
  const { crv, x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
  const didUrl = didUrlOf(crv, decodeUrl(x), decodeUrl(y))
  return { didUrl, signer: webCryptoSigner(privateKey) }
}

/**
 * A new `did:key` whose private key cannot be extracted: Ed25519, or on P-256 where the platform has no Ed25519. Keep
 * a pair of your own (`didKey`) if it shall be the same one tomorrow.
 */
export async function newDidKey(): Promise<DidSigner> {
  return didKey(await generateKeyPair('Ed25519').catch(() => generateKeyPair('P-256')))
}

/** The `did:key` of an Ed25519 seed of 32 bytes (RFC 8032 section 5.1.5), which is used as long as the signer is. */
export function didKeyFromSeed(seed: Uint8Array): DidSigner {
  return { didUrl: ed25519DidUrl(ed25519.getPublicKey(seed)), signer: { sign: message => ed25519.sign(message, seed) } }
}

async function generateKeyPair(curve: 'Ed25519' | 'P-256'): Promise<WebCryptoKeyPair> {
  const algorithm = curve === 'P-256' ? { name: 'ECDSA', namedCurve: curve } : { name: curve }
  return (await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as WebCryptoKeyPair
}

function didUrlOf(curve: string | undefined, x: Uint8Array, y: Uint8Array): string {
  if (curve === 'Ed25519') return ed25519DidUrl(x)
  if (curve === 'P-256') return p256DidUrl(concatBytes(Uint8Array.of(0x04), x, y))
  throw new TypeError('a DID has a key of Ed25519 or on P-256 here')
}
