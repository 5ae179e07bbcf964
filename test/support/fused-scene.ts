import { MemorySecretShares, MemoryVaults } from '@keyhold/adapters'
import {
  type Caller,
  createKey,
  createKeystore,
  type Kms,
  openKms,
  type Ports,
  SecretBytes,
  sign,
  splitSecret,
  UserShare,
  vaultDid,
} from '@keyhold/core'
import { Fuse, fusedPorts } from './fuse.ts'
import { memoryPorts } from './memory-ports.ts'

export const message = Buffer.from('message')
export const vaultUrl = 'https://vault.example/edvs/1'

export interface Combination {
  readonly lock: 'server-held' | 'shamir'
  readonly isVaulted: boolean
}

/** A keystore with a key that has signed a message, over ports that can be interrupted at any call. */
export interface FusedScene {
  readonly combination: Combination
  readonly ports: Ports
  readonly fuse: Fuse
  readonly vaults: MemoryVaults
  /** A new caller for each request, as each brings its share along. */
  caller(): Caller
  readonly keystoreId: string
  readonly keyId: string
  readonly signature: Uint8Array
  /** The keystore was created by this, and another one can be. */
  readonly creation: Parameters<typeof createKeystore>[2]
  /** Delegates the vault. */
  capability(name: string): Uint8Array
}

/** A process over the ports of a scene, that keeps nothing open. */
export async function openedBy({ ports, fuse }: Pick<FusedScene, 'ports' | 'fuse'>): Promise<Kms> {
  fuse.set()
  return openKms(fusedPorts(ports, fuse), { cache: { max: 0, ttl: 0 } })
}

export async function makeFusedScene(combination: Combination): Promise<FusedScene> {
  const { lock, isVaulted } = combination
  const vaults = new MemoryVaults()
  const made = memoryPorts()
  const [own, held] = await splitSecret('gf256-11b', made.random(32), made.random)
  const shares = new MemorySecretShares([['alice', held]])
  const ports: Ports = { ...made, shares, vaults }
  const share = Buffer.from(Buffer.from(own).toString('base64'))
  const caller = (): Caller => {
    const userShare = new UserShare('alice', new SecretBytes(Uint8Array.from(share)))
    return lock === 'shamir' ? { kind: 'local', userShare } : { kind: 'local' }
  }
  const fuse = new Fuse()
  const kms = await openedBy({ ports, fuse })
  const did = await vaultDid(kms)
  const capability = (name: string) => Buffer.from(JSON.stringify({ invoker: did, name }))
  const creation = {
    controller: 'did:example:owner',
    lock: lock === 'shamir' ? ({ kind: lock, field: 'gf256-11b' } as const) : { kind: lock },
    ...(isVaulted && { vault: { url: vaultUrl, capability: capability('first') } }),
  }
  const { id: keystoreId } = await createKeystore(kms, caller(), creation)
  const { id: keyId } = await createKey(kms, caller(), { keystoreId, keyType: 'ED25519' })
  const signature = await sign(kms, caller(), { keystoreId, keyId, message })
  return { combination, ports, fuse, vaults, caller, keystoreId, keyId, signature, creation, capability }
}
