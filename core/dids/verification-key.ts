import { ecdsaKeyType } from '../algorithms/ecdsa.ts'
import { ed25519KeyType } from '../algorithms/ed25519.ts'
import type { SynchronousPublicPart, Tools, Verifier } from '../algorithms/key-type.ts'

/** The kinds of key by which a caller can prove who it is. */
export type VerificationKeyKind = 'Ed25519' | 'P-256'

/** What such keys verify with. */
export type VerificationTools = Pick<Tools, 'ed25519'>

/** The public key behind a verification method of a DID. */
export interface VerificationKey extends Pick<Verifier, 'verify'> {
  /** The DID URL of the verification method, with its fragment. */
  readonly id: string
  /** The DID whose key it is. */
  readonly controller: string
  readonly kind: VerificationKeyKind
  /** Raw: 32 bytes, or an uncompressed point. */
  readonly publicKey: Uint8Array
}

interface Kind {
  readonly publicPart: SynchronousPublicPart
  readonly verifier: (publicKey: Uint8Array, tools: VerificationTools) => Verifier
}

const kinds: Readonly<Record<VerificationKeyKind, Kind>> = {
  Ed25519: ed25519KeyType as Kind,
  'P-256': ecdsaKeyType('P-256', 'ieee-p1363') as Kind,
}

/** Undefined if the public key is no valid one. It is imported when something is first verified. */
export function verificationKey(
  named: Pick<VerificationKey, 'id' | 'controller'>,
  kind: VerificationKeyKind,
  encoded: Uint8Array,
  tools: VerificationTools,
): VerificationKey | undefined {
  const { publicPart, verifier } = kinds[kind]
  let publicKey: Uint8Array
  try {
    publicKey = publicPart.decode(encoded)
  } catch {
    return undefined
  }
  let opened: Verifier | undefined
  return {
    ...named,
    kind,
    publicKey,
    verify(signature, message) {
      opened ??= verifier(publicKey, tools)
      return opened.verify(signature, message)
    },
  }
}
