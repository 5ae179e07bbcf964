import { openSslEd25519 } from '../algorithms/ed25519.ts'
import type { Signer } from '../algorithms/key-type.ts'
import { ed25519DidUrl } from '../dids/did-key-url.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'

/** A key of a DID that can sign. */
export interface DidSigner {
  /** The DID URL of the key, with its fragment. */
  readonly didUrl: string
  readonly signer: Signer
}

/** A `did:key` from an Ed25519 seed of 32 bytes, which is wiped. */
export async function didKeySigner(seed: SecretBytes, ed25519 = openSslEd25519): Promise<DidSigner> {
  return seed.spend(bytes => {
    const publicKey = ed25519.publicKey(bytes)
    return { didUrl: ed25519DidUrl(publicKey), signer: ed25519.signer(bytes, publicKey) }
  })
}
