import { ed25519KeyType, openSslEd25519 } from '@keyhold/core/algorithms/ed25519.js'
import type { Signer } from '@keyhold/core/algorithms/key-type.js'
import { resolveDidKey } from '@keyhold/core/dids/did-key.js'
import { ed25519DidUrl } from '@keyhold/core/dids/did-key-url.js'
import type { VerificationKey } from '@keyhold/core/dids/verification-key.js'
import type { TrustblocCapability, TrustblocProof } from '@keyhold/core/zcap/trustbloc/capability.js'
import { signCapability } from '@keyhold/core/zcap/trustbloc/proof.js'

/** Capabilities of the TrustBloc dialect, made by the product's own signer: other tests hold it to vectors. */
export type Unsigned = Omit<TrustblocCapability, 'proof'>
export type ProofOptions = Omit<TrustblocProof, 'jws'>

/** An Ed25519 key of `did:key`. */
export interface TrustblocKey extends VerificationKey {
  readonly signer: Signer
}

export function trustblocKey(seedByte: number): TrustblocKey {
  const { publicKey, secret } = ed25519KeyType.generate(length => new Uint8Array(length).fill(seedByte))
  const key = resolveDidKey(ed25519DidUrl(publicKey ?? new Uint8Array()), { ed25519: openSslEd25519 })
  if (key === undefined || publicKey === undefined || secret === undefined) throw new Error('the key has no DID')
  return { ...key, signer: secret.lend(seed => openSslEd25519.signer(seed, publicKey)) }
}

export interface Changes {
  readonly capability?: Partial<Record<keyof Unsigned, unknown>>
  readonly proof?: Partial<Record<keyof ProofOptions, unknown>>
}

/** The delegation of a keystore that is in order but for what is said otherwise; undefined leaves a member out. */
export function delegation(
  url: string,
  by: TrustblocKey,
  to: string,
  created: string,
  changes: Changes = {},
): Promise<TrustblocCapability> {
  const capability = {
    '@context': 'https://w3id.org/security/v2',
    id: 'urn:uuid:11111111-2222-4333-8444-555555555555',
    invoker: to,
    parentCapability: url,
    allowedAction: ['sign'],
    invocationTarget: { ID: url, Type: 'urn:kms:keystore' },
    ...changes.capability,
  }
  const options = {
    type: 'Ed25519Signature2018',
    created,
    verificationMethod: by.id,
    proofPurpose: 'capabilityDelegation',
    nonce: 'AAAA',
    capabilityChain: [url],
    ...changes.proof,
  }
  return signCapability(withoutUndefined(capability) as Unsigned, withoutUndefined(options) as ProofOptions, by.signer)
}

function withoutUndefined(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
