import { ed25519 } from '@noble/curves/ed25519.js'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { ed25519Box } from './crypto-box.ts'
import { edwardsKeyType } from './edwards.ts'
import type { KeyMaterial } from './key-type.ts'

const signatures = edwardsKeyType({
  crv: 'Ed25519',
  oid: Buffer.from('06032b6570', 'hex'),
  multicodec: 0xed,
  size: 32,
  publicKeyOf: ed25519PublicKey,
  pointOf: publicKey => ed25519.Point.fromBytes(publicKey),
})

/** Ed25519 (RFC 8032 section 5.1), whose keys open NaCl boxes as well. */
export const ed25519KeyType = { ...signatures, box: ed25519Box }

/** The key of a seed, of which it takes ownership. */
export function fromSeed(seed: Uint8Array): Required<KeyMaterial> {
  return { publicKey: ed25519PublicKey(seed), secret: new SecretBytes(seed) }
}

export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed)
}
