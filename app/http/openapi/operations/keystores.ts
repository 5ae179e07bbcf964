import { errorReply, type Operation } from '../operation.ts'
import {
  controller,
  inKeystore,
  inVaultedKeystore,
  keystoreUrl,
  nextVaultCapability,
  rootCapability,
  serverDid,
  vaultCapability,
  vaultedKeystoreId,
  vaultedRootCapability,
} from './sample.ts'

const description = {
  key_store_url: keystoreUrl,
  controller,
  created: '2026-01-15T09:30:00.000Z',
  state: 'active',
  lock: 'server-held',
  jwks: 'controller',
  revision: 1,
  capability: rootCapability,
}

export const keystoreOperations: Readonly<Record<string, Operation>> = {
  vaultDid: {
    route: 'POST /v1/keystores/did',
    caller: 'admission',
    tag: 'Keystores',
    summary: 'Whom a wallet delegates its vault to',
    description: 'A body is ignored.',
    answer: 'The DID URL of the key that signs the requests of this server to vaults.',
    examples: { did: { reply: { did: serverDid } } },
  },
  createKeyStore: {
    route: 'POST /v1/keystores',
    caller: 'admission',
    tag: 'Keystores',
    summary: 'Create a keystore',
    description:
      'Its lock is opened by this server alone (`server-held`, the default) or together with a share of its user (`shamir`). ' +
      'With `edv` its keys live in an Encrypted Data Vault, which is tried before anything is stored.',
    answer: 'The URL of the keystore, and its root capability, which is the controller’s.',
    examples: {
      keystore: {
        summary: 'A keystore',
        body: { controller },
        reply: { key_store_url: keystoreUrl, capability: rootCapability },
      },
      inVault: {
        summary: 'A keystore whose keys live in a vault',
        body: {
          controller,
          edv: { vault_url: 'https://vault.example/encrypted-data-vaults/z4sRgBJJLnYy', capability: vaultCapability },
        },
        reply: {
          key_store_url: `https://kms.example/v1/keystores/${vaultedKeystoreId}`,
          capability: vaultedRootCapability,
        },
      },
    },
  },
  updateEDVCapability: {
    route: 'POST /v1/keystores/:keystoreId/edv',
    caller: 'invoker',
    tag: 'Keystores',
    summary: 'Replace the capability for the vault of a keystore',
    description: 'In place of one that has ended or is refused. It is tried first.',
    answer: 'The next request to the vault invokes it.',
    examples: { next: { params: inVaultedKeystore, body: { capability: nextVaultCapability } } },
  },
  describeKeyStore: {
    route: 'GET /v1/keystores/:keystoreId',
    caller: 'signer',
    tag: 'Keystores',
    summary: 'What a keystore is',
    description: 'For its controller, and for whoever holds a token that allows anything there.',
    answer: 'The keystore.',
    examples: {
      keystore: { params: inKeystore, reply: description },
      none: {
        summary: 'There is no such keystore',
        params: { keystoreId: 'none' },
        status: 404,
        reply: errorReply('KEYSTORE_NOT_FOUND', 'there is no such keystore'),
      },
    },
  },
}

/** What is shown of a keystore has another revision afterwards. */
export const updateKeystoreOperation: Readonly<Record<string, Operation>> = {
  updateKeyStore: {
    route: 'POST /v1/keystores/:keystoreId',
    caller: 'signer',
    tag: 'Keystores',
    summary: 'Hand a keystore over, or make its public keys public',
    description:
      'For its controller. `revision` is the next one. Handed over, all that was delegated before is void, and tokens are no ' +
      'longer taken for it.',
    answer: 'The keystore as it is now; handed over, with the root capability of the new controller.',
    examples: {
      publicKeys: {
        summary: 'Let everybody read the public keys',
        params: inKeystore,
        body: { revision: 2, jwks: 'public' },
        reply: { ...description, jwks: 'public', revision: 2 },
      },
      conflict: {
        summary: 'Somebody else has changed it in between',
        params: inKeystore,
        body: { revision: 2, jwks: 'controller' },
        status: 409,
        reply: errorReply('CONFLICT', 'the keystore was changed in between'),
      },
    },
  },
}
