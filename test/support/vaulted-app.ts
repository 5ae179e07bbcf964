import { FixedClock, MemoryVaults } from '@keyhold/adapters'
import { type AppOptions, base64, buildApp, pathOf, type Reply, type TestApp } from './build-app.ts'
import { FailingVaults } from './failing-ports.ts'
import { testTime } from './test-ports.ts'

export const vaultUrl = 'https://vault.example/encrypted-data-vaults/1'

/** The service, and vaults in which a test can do as it likes. */
export interface VaultedApp {
  readonly app: TestApp
  readonly vaults: MemoryVaults
  readonly failing: FailingVaults
  readonly clock: FixedClock
  /** Whom a wallet delegates its vault to. */
  readonly did: string
  /** The member of a creation that brings a vault along, with another capability if one is given. */
  edv(capability?: unknown): { readonly vault_url: string; readonly capability: string }
  create(edv: unknown): Promise<Reply>
  /** The path of a new keystore whose keys live in the vault. */
  keystore(): Promise<string>
}

export async function buildVaultedApp(
  t: { teardown(fn: () => unknown): unknown },
  { ports, ...options }: AppOptions = {},
): Promise<VaultedApp> {
  const clock = new FixedClock(new Date(testTime).toISOString())
  const vaults = new MemoryVaults()
  const failing = new FailingVaults(vaults)
  const app = await buildApp(t, { ports: { vaults: failing, clock, ...ports }, ...options })
  const did = await vaultDidOf(app)
  const edv = (capability: unknown = { invoker: did }) => {
    return { vault_url: vaultUrl, capability: base64(JSON.stringify(capability)) }
  }
  const create = (edv: unknown) =>
    app.send({ method: 'POST', path: '/v1/keystores', body: { controller: 'did:example:alice', edv } })
  return {
    app,
    vaults,
    failing,
    clock,
    did,
    edv,
    create,
    keystore: async () => pathOf((await create(edv())).body.key_store_url),
  }
}

/** The DID URL under which a service calls vaults. */
export async function vaultDidOf(app: TestApp): Promise<string> {
  return (await app.send({ method: 'POST', path: '/v1/keystores/did' })).body.did
}
