import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createVault, delegateVault, storedDocument } from '@keyhold/scripts/demo-edv/vault-owner.js'
import { Wallet } from '@keyhold/scripts/demo-edv/wallet.js'
import { base64, call } from '@keyhold/scripts/http-client.js'
import type { Test } from 'tap'
import { aliceOf, newKeystore, type TestUserServers, type TestUserService, testUserService } from './user-servers.ts'

const message = base64('message')

type ImportName = 'aesKey' | 'macKey' | 'ed25519Seed' | 'p256Scalar'

/** A keystore whose lock is shared with Alice, with keys in her vault whose bytes the test knows. */
export interface VaultScene {
  readonly service: TestUserService
  readonly keystoreId: string
  /** The URLs of the keys, by the name of what was imported. */
  readonly keys: Readonly<Record<ImportName, string>>
  readonly imported: Readonly<Record<ImportName, Uint8Array>>
  /** What the vault has: document by id. */
  readonly documents: ReadonlyMap<string, string>
}

/** Starts the service and imports a key of every family. */
export async function vaultScene(t: Test, servers: TestUserServers): Promise<VaultScene> {
  const { record, vaults, secrets } = servers
  const headers = aliceOf(servers)
  const service = await testUserService(t, servers, { KMS_LOG_LEVEL: 'debug' })
  const { signer } = await Wallet.create('alice', secrets.alice.own)
  const vault = await createVault(vaults.proxy.url, signer)
  const { did } = await call('POST', `${service.url}/v1/keystores/did`)
  const capability = base64(JSON.stringify(await delegateVault(vault, signer, did)))
  const from = record.now
  const keystore = await newKeystore(service.url, headers, { vault_url: vault.url, capability })
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const pkcs8 = { format: 'der', type: 'pkcs8' } as const
  const imported = {
    aesKey: randomBytes(32),
    macKey: randomBytes(32),
    ed25519Seed: Buffer.from(ed25519.export({ format: 'jwk' }).d ?? '', 'base64url'),
    p256Scalar: Buffer.from(p256.export({ format: 'jwk' }).d ?? '', 'base64url'),
  }
  const importKey = async (key_type: string, key: Uint8Array, use: string): Promise<string> => {
    const { key_url } = await call('PUT', `${keystore}/keys`, { key_type, key: base64(key) }, headers)
    await call('POST', `${key_url}/${use}`, { message, data: message }, headers)
    return key_url
  }
  const keys = {
    aesKey: await importKey('AES256GCM', imported.aesKey, 'encrypt'),
    macKey: await importKey('HMACSHA256Tag256', imported.macKey, 'computemac'),
    ed25519Seed: await importKey('ED25519', ed25519.export(pkcs8), 'sign'),
    p256Scalar: await importKey('ECDSAP256DER', p256.export(pkcs8), 'sign'),
  }
  const ids = record.since(from).filter(({ callee, outcome }) => callee === 'vault' && outcome === '201')
  const documents = new Map<string, string>()
  for (const { about: id } of ids) documents.set(id, (await storedDocument(vault, signer, id)) ?? '')
  return { service, keystoreId: keystore.split('/').at(-1) ?? '', keys, imported, documents }
}
