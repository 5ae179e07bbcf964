import { ecdsaKeyType } from '../algorithms/ecdsa.ts'
import { ed25519KeyType } from '../algorithms/ed25519.ts'
import type { PublicPart, Verifier } from '../algorithms/key-type.ts'

/** The kinds of key by which a caller can prove who it is. */
export type VerificationKeyKind = 'Ed25519' | 'P-256'

/** The public key behind a verification method of a DID. */
export interface VerificationKey {
  /** The DID URL of the verification method, with its fragment. */
  readonly id: string
  /** The DID whose key it is. */
  readonly controller: string
  readonly kind: VerificationKeyKind
  /** Raw: 32 bytes, or an uncompressed point. */
  readonly publicKey: Uint8Array
}

interface Kind {
  readonly publicPart: PublicPart
  readonly verifier: (publicKey: Uint8Array) => Verifier
}

const kinds: Readonly<Record<VerificationKeyKind, Kind>> = {
  Ed25519: ed25519KeyType as Kind,
  'P-256': ecdsaKeyType('P-256', 'ieee-p1363') as Kind,
}

/** Undefined if this is no valid public key. */
export function validPublicKey(kind: VerificationKeyKind, bytes: Uint8Array): Uint8Array | undefined {
  try {
    return kinds[kind].publicPart.decode(bytes)
  } catch {
    return undefined
  }
}

const opened = new WeakMap<VerificationKey, Verifier>()

/** Imported once for as long as the key is held. */
export function verifierOf(key: VerificationKey): Verifier {
  const verifier = opened.get(key) ?? kinds[key.kind].verifier(key.publicKey)
  opened.set(key, verifier)
  return verifier
}
