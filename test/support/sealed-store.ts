import { FixedClock, systemRandom } from '@keyhold/adapters'
import {
  AeadLock,
  createKey,
  createKeystore,
  type KeyStorePort,
  type Kms,
  type LockPort,
  lockKeyLength,
  openKms,
  type Ports,
  SecretBytes,
  SucceedingLock,
  sealingLockId,
  sign,
  verify,
} from '@keyhold/core'
import { allRecords } from './all-records.ts'

const caller = { kind: 'local' } as const
const message = Buffer.from('message')

/** A server lock that depends on a byte alone. */
export function lockOf(byte: number): LockPort {
  return new AeadLock('test', new SecretBytes(new Uint8Array(lockKeyLength).fill(byte)), systemRandom())
}

/** As a service that knows both locks opens them. */
export function bothLocks(store: KeyStorePort, lock = lockOf(2), former = lockOf(1)): LockPort {
  return new SucceedingLock(lock, former, () => sealingLockId(store))
}

export function portsOf(store: KeyStorePort, lock: LockPort): Ports {
  return { store, lock, random: systemRandom(), clock: new FixedClock('2024-02-29T12:30:00Z') }
}

export interface Signed {
  readonly keystoreId: string
  readonly keyId: string
  readonly signature: Uint8Array
}

/** A new keystore with a key that has signed something. */
export async function signedKeystore(kms: Kms): Promise<Signed> {
  const { id: keystoreId } = await createKeystore(kms, caller, { controller: 'did:example:owner' })
  const { id: keyId } = await createKey(kms, caller, { keystoreId, keyType: 'ED25519' })
  return { keystoreId, keyId, signature: await sign(kms, caller, { keystoreId, keyId, message }) }
}

/** Everything that a server lock seals: keystores, one of them with a vault, and both keys of the server's own. */
export async function sealStore(store: KeyStorePort, keystores: number, lock = lockOf(1)): Promise<Signed[]> {
  const kms = await openKms(portsOf(store, lock))
  await kms.vaultSigner()
  const signed: Signed[] = []
  while (signed.length < keystores) signed.push(await signedKeystore(kms))
  const bound = await kms.records.findKeystore((await signedKeystore(kms)).keystoreId)
  if (bound === undefined) throw new Error('a keystore that was made is not there')
  const key = (purpose: string) => lock.lock(new Uint8Array(32).fill(9), { purpose, keystore: bound.id })
  const edv = {
    vaultUrl: 'https://vault.example/edvs/1',
    capability: Buffer.from('{}'),
    lockedRecipientKey: await key('edv-recipient-key'),
    lockedMacKey: await key('edv-mac-key'),
  }
  await kms.records.replaceKeystore({ ...bound, edv, revision: bound.revision + 1 })
  kms.close()
  return signed
}

/** Whether each key verifies what it has signed, and signs again, for a service with this lock. */
export async function allWork(store: KeyStorePort, lock: LockPort, signed: readonly Signed[]): Promise<boolean> {
  const kms = await openKms(portsOf(store, lock))
  await kms.vaultSigner()
  for (const { keystoreId, keyId, signature } of signed) {
    await verify(kms, caller, { keystoreId, keyId, message, signature })
    await sign(kms, caller, { keystoreId, keyId, message })
  }
  kms.close()
  return true
}

/** How often the name of a lock stands anywhere in a store: everything that a lock has locked begins with its id. */
export async function mentions(store: KeyStorePort, { id }: Pick<LockPort, 'id'>): Promise<number> {
  const bodies = (await allRecords(store)).map(({ body }) => Buffer.from(body, 'base64').toString('latin1'))
  return bodies.reduce((sum, body) => sum + body.split(id).length - 1, 0)
}
