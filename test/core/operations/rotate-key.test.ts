import { MemoryKeyStore } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { createKey, createKeystore, type Kms, openKms, rotateKey, sign, verify } from '@keyhold/core'
import t, { type Test } from 'tap'
import { openStore } from '../../support/embedded-store.ts'
import { memoryPorts } from '../../support/memory-ports.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const caller = { kind: 'local' } as const
const parallel = 16
const message = Buffer.from('message')

/** Two managements over one store; for the embedded store as two processes would have them. */
const stores: Record<string, (t: Test) => Promise<readonly [Kms, Kms]>> = {
  async memory() {
    const ports = memoryPorts({ store: new MemoryKeyStore() })
    return [await openKms(ports), await openKms(ports)]
  },
  async embedded(t) {
    const directory = await temporaryDirectory(t)
    const [one, two] = [await openStore(t, directory), await openStore(t, directory)]
    return [await openKms(memoryPorts({ store: one })), await openKms(memoryPorts({ store: two }))]
  },
}

for (const [name, open] of Object.entries(stores)) {
  await t.test(`${name} store: of rotations that race none loses a version`, async t => {
    const [kms, other] = await open(t)
    const { id: keystoreId } = await createKeystore(kms, caller, { controller: 'did:example:owner' })
    const first = await createKey(kms, caller, { keystoreId, keyType: 'ED25519' })
    const signature = await sign(kms, caller, { keystoreId, keyId: first.id, message })

    const rotated: string[] = []
    const outcomes = await Promise.all(
      Array.from({ length: parallel }, (_, i) =>
        outcome(async () => {
          const by = i % 2 === 0 ? kms : other
          rotated.push((await rotateKey(by, caller, { keystoreId, keyId: first.id, keyType: 'ED25519' })).id)
        }),
      ),
    )
    t.ok(rotated.length > 0, 'some succeed')
    t.strictSame(
      outcomes.filter(each => each !== 'done' && each !== 'CONFLICT'),
      [],
      'and the others answer CONFLICT',
    )

    const key = await kms.records.findKey(keystoreId, first.id)
    const ids = key?.versions.map(version => version.id) ?? []
    t.strictSame(ids.toSorted(), [first.id, ...rotated].toSorted(), 'every version that was acknowledged is there')
    t.strictSame(
      key?.versions.map(version => version.number),
      Array.from(ids.keys(), i => i + 1),
      'numbered without a gap',
    )
    t.equal(key?.revision, ids.length)
    for (const keyId of ids) {
      t.equal(
        await outcome(async () => verify(other, caller, { keystoreId, keyId, message, signature })),
        'done',
        keyId,
      )
      const fresh = await sign(other, caller, { keystoreId, keyId, message })
      t.equal(
        await outcome(async () => verify(kms, caller, { keystoreId, keyId: first.id, message, signature: fresh })),
        'done',
      )
    }
  })
}

await t.test('a rotation that never gets its turn answers CONFLICT, and writes nothing', async t => {
  const store = new MemoryKeyStore()
  const ports = memoryPorts({ store })
  const drawn: Uint8Array[] = []
  const random = (length: number) => {
    const bytes = ports.random(length)
    if (length === 32) drawn.push(bytes)
    return bytes
  }
  const kms = await openKms({ ...ports, random })
  const { id: keystoreId } = await createKeystore(kms, caller, { controller: 'did:example:owner' })
  const { id: keyId } = await createKey(kms, caller, { keystoreId, keyType: 'AES256GCM' })
  drawn.length = 0
  const before = await store.find('keys', keystoreId, keyId)
  // As if somebody else were always faster.
  let tries = 0
  const replace = store.replace.bind(store)
  store.replace = record => {
    tries += 1
    return replace({ ...record, revision: record.revision + 1 })
  }
  t.equal(await outcome(() => rotateKey(kms, caller, { keystoreId, keyId, keyType: 'AES256GCM' })), 'CONFLICT')
  t.ok(tries > 1, 'after more than one try')
  t.equal(drawn.length, 1, 'with one key for all of them')
  t.ok(
    drawn[0]?.every(byte => byte === 0),
    'which is wiped',
  )
  t.strictSame(await store.find('keys', keystoreId, keyId), before)
})
