import { randomUUID } from 'node:crypto'
import { systemRandom } from '@keyhold/adapters'
import { signTrustbloc } from '@keyhold/client'
import type { DidSigner, TrustblocCapability } from '@keyhold/core'
import { proofOptionsOf, signCapability } from '@keyhold/core/zcap/trustbloc/proof.js'

/** A vault, and what its owner may do with it. */
export interface OwnedVault {
  readonly url: string
  readonly capability: TrustblocCapability
}

/** Makes a vault at TrustBloc's EDV server, as a wallet does. The answer is the capability of its owner. */
export async function createVault(server: string, owner: DidSigner): Promise<OwnedVault> {
  const config = {
    sequence: 0,
    controller: owner.didUrl,
    invoker: [],
    delegator: [],
    referenceId: randomUUID(),
    // What a wallet would encrypt its own documents with. The server only wants them to be there.
    kek: { id: 'urn:example:kek', type: 'AesKeyWrappingKey2019' },
    hmac: { id: 'urn:example:hmac', type: 'Sha256HmacKey2019' },
  }
  const response = await fetch(`${server}/encrypted-data-vaults`, { method: 'POST', body: JSON.stringify(config) })
  if (response.status !== 201) throw new Error(`no vault was made: ${response.status}`)
  const id = response.headers.get('location')?.split('/').at(-1)
  return {
    url: `${server}/encrypted-data-vaults/${id}`,
    capability: (await response.json()) as TrustblocCapability,
  }
}

/** Lets whoever has a DID URL read and write the documents of a vault. */
export async function delegateVault(
  { capability: vault }: OwnedVault,
  owner: DidSigner,
  to: string,
): Promise<TrustblocCapability> {
  const delegated = {
    '@context': vault['@context'],
    id: `urn:uuid:${randomUUID()}`,
    invoker: to,
    parentCapability: vault.id,
    allowedAction: ['read', 'write'],
    invocationTarget: vault.invocationTarget,
  }
  const { parentCapability: root = vault.id } = vault
  const options = { ...proofOptionsOf(owner, systemRandom(), Date.now()), capabilityChain: [root, vault.id] }
  return signCapability(delegated, options, owner.signer)
}

/** A document as the vault has it; undefined if it has none of this id. */
export async function storedDocument(
  { url: vault, capability }: OwnedVault,
  owner: DidSigner,
  id: string,
): Promise<string | undefined> {
  const url = `${vault}/documents/${id}`
  const headers = await signTrustbloc({ method: 'GET', url }, { action: 'read', capability }, owner, Date.now())
  const response = await fetch(url, { headers })
  if (response.status === 404) return undefined
  if (response.status !== 200) throw new Error(`the vault answers its owner ${response.status}`)
  return response.text()
}
