import { type Capability, readCapability } from './capability.ts'

/** Who may see the public keys of a keystore. */
export type JwksReaders = 'controller' | 'public'

export interface KeystoreDescription {
  readonly url: string
  readonly controller: string
  /** Whose tokens are good for it: a subject of an issuer, or the thumbprint of a key. */
  readonly owner?: { readonly iss: string; readonly sub: string } | { readonly jkt: string }
  readonly created: Date
  readonly state: string
  readonly lock: string
  readonly vaultUrl?: string
  readonly jwks: JwksReaders
  /** Counts the changes. */
  readonly revision: number
  /** The root. */
  readonly capability?: Capability
}

export interface DescriptionReply
  extends Pick<KeystoreDescription, 'controller' | 'owner' | 'state' | 'lock' | 'jwks'> {
  readonly key_store_url: string
  readonly created: string
  readonly vault_url?: string
  readonly revision: number
  readonly capability?: string
}

export async function readDescription(reply: DescriptionReply): Promise<KeystoreDescription> {
  const { key_store_url: url, created, vault_url: vaultUrl, capability, ...rest } = reply
  return {
    url,
    ...rest,
    created: new Date(created),
    ...(vaultUrl !== undefined && { vaultUrl }),
    ...(capability !== undefined && { capability: await readCapability(capability) }),
  }
}
