import { MemoryKeyStore } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { createKeystore, type KeyStorePort, KmsError, openKms, type Ports, type StoredRecord } from '@keyhold/core'
import { moveMarker, openIntegrityKey } from '@keyhold/core/records/header.js'
import { decode, encode } from 'cborg'
import t, { type Test } from 'tap'
import { openStore } from '../../support/embedded-store.ts'
import { memoryPorts } from '../../support/memory-ports.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** A store that counts what was written to it. */
class CountingStore extends MemoryKeyStore {
  writes = 0

  override async add(record: StoredRecord): Promise<void> {
    this.writes += 1
    await super.add(record)
  }

  override async replace(record: StoredRecord): Promise<void> {
    this.writes += 1
    await super.replace(record)
  }
}

await t.test('a new store is sealed once, and opens with the same key ever after', async t => {
  const store = new CountingStore()
  const first = await integrityKey(memoryPorts({ store }))
  t.match(first, /^[0-9a-f]{64}$/)
  t.equal(await integrityKey(memoryPorts({ store })), first)
  t.equal(store.writes, 1)
  t.not(await integrityKey(memoryPorts()), first, 'another store has another key')
})

await t.test('the header shows neither key', async t => {
  const { store } = await sealed()
  const record = await store.find('header', '', 'store')
  const body = Buffer.from(record?.body ?? []).toString('hex')
  t.notOk(body.includes(await integrityKey(memoryPorts({ store }))), 'the integrity key is locked')
  t.notOk(body.includes('01'.repeat(32)), 'and the lock key is not in it')
})

const stores: Record<string, (t: Test) => Promise<KeyStorePort>> = {
  memory: async () => new MemoryKeyStore(),
  embedded: async t => openStore(t, await temporaryDirectory(t)),
}
for (const [name, open] of Object.entries(stores)) {
  await t.test(`openers that race on a new store agree on one key: ${name} store`, async t => {
    const store = await open(t)
    const keys = await Promise.all(Array.from({ length: 16 }, () => integrityKey(memoryPorts({ store }))))
    t.equal(new Set(keys).size, 1)
    t.equal(await integrityKey(memoryPorts({ store })), keys[0], 'which is the one that was stored')
  })
}

await t.test('a store that another lock sealed is refused, and nothing is written', async t => {
  const { store, record } = await sealed()
  t.equal(await outcome(() => openIntegrityKey(memoryPorts({ store, lockKeyByte: 2 }))), 'STORE_MISMATCH')
  t.equal(await outcome(() => openKms(memoryPorts({ store, lockKeyByte: 2 }))), 'STORE_MISMATCH')
  t.equal(store.writes, 1)
  t.strictSame(await store.find('header', '', 'store'), record)
})

await t.test('the refusal names both locks, for the operator', async t => {
  const { store, ports } = await sealed()
  const other = memoryPorts({ store, lockKeyByte: 2 })
  const error = await openIntegrityKey(other).catch((error: unknown) => error)
  t.ok(error instanceof KmsError && error.message.includes(ports.lock.id) && error.message.includes(other.lock.id))
})

await t.test('a header that was changed is refused, and nothing is written', async t => {
  const { record, ports } = await sealed()
  const header = decode(record.body) as { format: number; lock: string; integrityKey: Uint8Array }
  const otherLock = memoryPorts({ lockKeyByte: 2 }).lock
  const flipped = header.integrityKey.map((byte, at) => (at === header.integrityKey.length - 1 ? byte ^ 1 : byte))
  const bodies: [name: string, code: string, body: Uint8Array][] = [
    ['empty', 'STORE_MISMATCH', new Uint8Array(0)],
    ['no CBOR', 'STORE_MISMATCH', Uint8Array.of(0xff)],
    ['cut off', 'STORE_MISMATCH', record.body.subarray(0, -1)],
    ['something behind', 'STORE_MISMATCH', Buffer.concat([record.body, Uint8Array.of(0)])],
    ['null', 'STORE_MISMATCH', encode(null)],
    ['a number', 'STORE_MISMATCH', encode(1)],
    ['a list', 'STORE_MISMATCH', encode([1, header.lock, header.integrityKey])],
    ['no members', 'STORE_MISMATCH', encode({})],
    ['a later format', 'STORE_MISMATCH', encode({ ...header, format: 2 })],
    ['a format that is text', 'STORE_MISMATCH', encode({ ...header, format: '1' })],
    ['no format', 'STORE_MISMATCH', encode({ lock: header.lock, integrityKey: header.integrityKey })],
    ['no lock', 'STORE_MISMATCH', encode({ format: 1, integrityKey: header.integrityKey })],
    ['no key', 'STORE_MISMATCH', encode({ format: 1, lock: header.lock })],
    ['a key that is text', 'STORE_MISMATCH', encode({ ...header, integrityKey: 'key' })],
    ["another lock's name", 'STORE_MISMATCH', encode({ ...header, lock: otherLock.id })],
    ['an empty key', 'LOCK_REJECTED', encode({ ...header, integrityKey: new Uint8Array(0) })],
    ['a changed key', 'LOCK_REJECTED', encode({ ...header, integrityKey: flipped })],
    [
      "another lock's key",
      'LOCK_REJECTED',
      encode({ ...header, integrityKey: await otherLock.lock(new Uint8Array(32), { purpose: 'integrity-key' }) }),
    ],
    [
      'a key that was locked for something else',
      'LOCK_REJECTED',
      encode({ ...header, integrityKey: await ports.lock.lock(new Uint8Array(32), { purpose: 'key' }) }),
    ],
  ]
  for (const [name, code, body] of bodies) {
    const store = new CountingStore()
    await store.add({ ...record, body })
    t.equal(await outcome(() => openIntegrityKey(memoryPorts({ store }))), code, name)
    t.equal(store.writes, 1, `${name}: nothing is written`)
  }
})

await t.test(
  'a store into which another one is being moved is refused, with a sentence, and nothing is written',
  async t => {
    const { record } = await sealed()
    for (const marker of [moveMarker, { ...record, body: moveMarker.body }]) {
      const store = new CountingStore()
      await store.add(marker)
      const refusal = { code: 'STORE_MISMATCH', message: /^a move of another store into this one has not ended/ }
      await t.rejects(openIntegrityKey(memoryPorts({ store })), refusal)
      t.equal(store.writes, 1)
    }
    const store = new CountingStore()
    await store.add(moveMarker)
    await store.replace(record)
    t.equal(await outcome(() => openIntegrityKey(memoryPorts({ store }))), 'done', 'until the header takes its place')
  },
)

await t.test('without its header a store is new, and none of its records is believed', async t => {
  const { store, ports } = await sealed()
  const kms = await openKms(ports)
  const { id } = await createKeystore(kms, { kind: 'local' }, { controller: 'did:example:owner' })
  const keystore = await store.find('keystores', '', id)
  const headless = new MemoryKeyStore()
  await headless.add(keystore as StoredRecord)
  const { records } = await openKms(memoryPorts({ store: headless }))
  t.equal(await outcome(() => records.findKeystore(id)), 'STORE_CORRUPT')
})

await t.test('what the store says is passed on', async t => {
  const closed = new MemoryKeyStore()
  await closed.close()
  t.equal(await outcome(() => openIntegrityKey(memoryPorts({ store: closed }))), 'STORE_UNAVAILABLE')
  const contradicting = Object.assign(new CountingStore(), {
    add: () => Promise.reject(new KmsError('ALREADY_EXISTS', 'the id is taken')),
  })
  t.equal(await outcome(() => openIntegrityKey(memoryPorts({ store: contradicting }))), 'ALREADY_EXISTS')
})

async function sealed(): Promise<{ store: CountingStore; ports: Ports; record: StoredRecord }> {
  const store = new CountingStore()
  const ports = memoryPorts({ store })
  await openIntegrityKey(ports)
  const record = await store.find('header', '', 'store')
  if (record === undefined) throw new Error('there is no header')
  return { store, ports, record }
}

async function integrityKey(ports: Ports): Promise<string> {
  return (await openIntegrityKey(ports)).spend(bytes => Buffer.from(bytes).toString('hex'))
}
