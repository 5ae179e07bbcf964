import { randomUUID } from 'node:crypto'
import { type DidSigner, didKeySigner, SecretBytes, type VaultBinding } from '@keyhold/core'
import type { TrustblocCapability } from '@keyhold/core/zcap/trustbloc/capability.js'
import { type Changes, delegation, type TrustblocKey, trustblocKey } from './trustbloc.ts'

/** A user of TrustBloc's EDV server with a vault of her own. */
export interface EdvWallet {
  /** Of the vault. */
  readonly url: string
  /** Delegates the vault to whoever has a DID URL, as TrustBloc's wallets do. */
  delegate(to: string, changes?: Changes): Promise<Readonly<Record<string, unknown>>>
}

/** Creates a vault at a server. Where that asks for no capabilities, one that is none is delegated. */
export async function newWallet(server: string): Promise<EdvWallet> {
  const key = trustblocKey(7)
  const config = {
    sequence: 0,
    controller: key.id,
    invoker: [],
    delegator: [],
    referenceId: randomUUID(),
    kek: { id: 'https://example.com/kms/12345', type: 'AesKeyWrappingKey2019' },
    hmac: { id: 'https://example.com/kms/67891', type: 'Sha256HmacKey2019' },
  }
  const response = await fetch(`${server}/encrypted-data-vaults`, { method: 'POST', body: JSON.stringify(config) })
  if (response.status !== 201) throw new Error(`no vault was made: ${response.status} ${await response.text()}`)
  const id = response.headers.get('location')?.split('/').at(-1)
  const text = await response.text()
  return {
    url: `${server}/encrypted-data-vaults/${id}`,
    delegate: (to, changes) => delegateVault(text === '' ? unasked : JSON.parse(text), key, to, changes),
  }
}

/** The key of the service that the vault is delegated to. */
export async function newSigner(seedByte = 5): Promise<DidSigner> {
  return didKeySigner(new SecretBytes(new Uint8Array(32).fill(seedByte)))
}

/** How a wallet's vault is reached once it is delegated. */
export async function placeOf(
  { url, delegate }: EdvWallet,
  signer: DidSigner,
): Promise<Omit<VaultBinding, 'recipientKey' | 'macKey'>> {
  return { url, capability: await delegate(signer.didUrl), signer }
}

type VaultCapability = Pick<TrustblocCapability, 'id' | 'parentCapability' | 'invocationTarget'>

const unasked: VaultCapability = {
  id: 'urn:uuid:22222222-2222-4333-8444-555555555555',
  parentCapability: 'urn:uuid:33333333-2222-4333-8444-555555555555',
  invocationTarget: { ID: 'vault', Type: 'urn:edv:vault' },
}

async function delegateVault(
  vault: VaultCapability,
  by: TrustblocKey,
  to: string,
  { capability, proof }: Changes = {},
): Promise<Readonly<Record<string, unknown>>> {
  const delegated = await delegation(vault.id, by, to, new Date().toISOString(), {
    capability: {
      id: `urn:uuid:${randomUUID()}`,
      allowedAction: ['read', 'write'],
      invocationTarget: vault.invocationTarget,
      ...capability,
    },
    proof: { capabilityChain: [vault.parentCapability, vault.id], ...proof },
  })
  return { ...delegated }
}
