import { MemoryVaults } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { createKey, createKeystore, KmsError, type LockPort, openKms, type SecretBytes, vaultDid } from '@keyhold/core'
import t from 'tap'
import { memoryPorts } from '../../support/memory-ports.ts'

const caller = { kind: 'local' } as const
const url = 'https://vault.example/edvs/1'

/** A lock that refuses to open what is for one purpose, and keeps what it has opened. */
function refusing(lock: LockPort, refused: () => string) {
  const opened: SecretBytes[] = []
  const refusing: LockPort = {
    id: lock.id,
    lock: (secret, context) => lock.lock(secret, context),
    async unlock(locked, context) {
      if (context['purpose'] === refused()) throw new KmsError('LOCK_UNAVAILABLE', 'away')
      const secret = await lock.unlock(locked, context)
      opened.push(secret)
      return secret
    },
    check: () => lock.check(),
    close: () => lock.close(),
  }
  return { lock: refusing, opened }
}

await t.test('a vault that cannot be opened leaves none of its keys in memory', async t => {
  let refused = ''
  const made = memoryPorts()
  const { lock, opened } = refusing(made.lock, () => refused)
  const kms = await openKms({ ...made, lock, vaults: new MemoryVaults() }, { cache: { max: 0, ttl: 0 } })
  const capability = Buffer.from(JSON.stringify({ invoker: await vaultDid(kms) }))
  const { id } = await createKeystore(kms, caller, { controller: 'a', vault: { url, capability } })
  for (const purpose of ['edv-recipient-key', 'edv-mac-key']) {
    refused = purpose
    opened.length = 0
    t.equal(await outcome(() => createKey(kms, caller, { keystoreId: id, keyType: 'ED25519' })), 'LOCK_UNAVAILABLE')
    t.ok(opened.length > 0, 'something was opened before')
    for (const secret of opened) t.throws(() => secret.lend(() => undefined), /wiped/, purpose)
  }
})

await t.test('without the server’s part nothing is opened for a vault', async t => {
  const made = memoryPorts()
  const { lock, opened } = refusing(made.lock, () => '')
  const vaults = new MemoryVaults()
  const kms = await openKms({ ...made, vaults })
  const capability = Buffer.from(JSON.stringify({ invoker: await vaultDid(kms) }))
  const { id } = await createKeystore(kms, caller, { controller: 'a', vault: { url, capability } })
  const without = await openKms({ ...made, lock }, { cache: { max: 0, ttl: 0 } })
  opened.length = 0
  const ended = await outcome(() => createKey(without, caller, { keystoreId: id, keyType: 'ED25519' }))
  t.equal(ended, 'OPERATION_UNSUPPORTED')
  for (const secret of opened) t.throws(() => secret.lend(() => undefined), /wiped/)
})
