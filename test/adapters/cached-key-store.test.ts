import { CachedKeyStore, FixedClock, MemoryKeyStore } from '@keyhold/adapters'
import { keyStoreContract, outcome } from '@keyhold/contract'
import { type KeyStorePort, KmsError, type StoredRecord } from '@keyhold/core'
import t from 'tap'

/** Counts its readings, and lets things happen before it answers one. */
class SlowKeyStore extends MemoryKeyStore {
  reads = 0
  beforeAnswer: () => Promise<void> = async () => {}

  override async find(...place: Parameters<MemoryKeyStore['find']>): Promise<StoredRecord | undefined> {
    this.reads += 1
    const found = await super.find(...place)
    await this.beforeAnswer()
    return found
  }
}

await keyStoreContract(t, async () => new CachedKeyStore(new MemoryKeyStore(), { ttl: 1000 }, someClock()))

await t.test('a change by another process is seen when the time has passed, counted from the reading', async t => {
  const { clock, shared, store, other } = await setUp()
  clock.advance(1)
  t.equal(await revisionIn(store), 1)
  await other.replace(record(2))
  clock.advance(999)
  t.equal(await revisionIn(store), 1, 'known')
  clock.advance(2)
  t.equal(await revisionIn(store), 2, 'read again')
  t.equal(shared.reads, 2)
})

await t.test('a slow reading is old when it ends', async t => {
  const { clock, shared, store, other } = await setUp()
  shared.beforeAnswer = async () => {
    clock.advance(600)
    await other.replace(record(2))
    shared.beforeAnswer = async () => {}
  }
  t.equal(await revisionIn(store), 1)
  clock.advance(399)
  t.equal(await revisionIn(store), 1)
  clock.advance(2)
  t.equal(await revisionIn(store), 2)
})

await t.test('what is known is a copy, also of a body in a Buffer', async t => {
  const { store } = await setUp()
  const body = Buffer.from('what was written')
  const replacement = { ...record(2), body }
  await store.replace(replacement)
  body.fill(0)
  const found = await store.find(replacement.collection, replacement.scope, replacement.ids[0])
  t.equal(Buffer.from(found?.body ?? []).toString(), 'what was written')
  found?.body.fill(0)
  const again = await store.find(replacement.collection, replacement.scope, replacement.ids[0])
  t.equal(Buffer.from(again?.body ?? []).toString(), 'what was written')
})

await t.test('what was not there is looked for each time', async t => {
  const { store, other } = await setUp()
  t.equal(await store.find('revocations', 'scope', 'r'), undefined)
  await other.add({ ...record(1), collection: 'revocations', ids: ['r'] })
  t.ok(await store.find('revocations', 'scope', 'r'))
})

await t.test('what is removed is forgotten, also while it is being read, and nothing else is', async t => {
  const { shared, store } = await setUp()
  const session = { ...record(1), collection: 'sessions', ids: ['s'] } as const
  await store.add(session)
  t.ok(await store.find('sessions', 'scope', 's'))
  t.equal(await revisionIn(store), 1)
  const reads = shared.reads
  await store.remove('sessions', 'scope', 's', 1)
  t.equal(await store.find('sessions', 'scope', 's'), undefined)
  t.equal(await revisionIn(store), 1)
  t.equal(shared.reads, reads + 1, 'the other one is known still')

  await store.add(session)
  shared.beforeAnswer = async () => {
    shared.beforeAnswer = async () => {}
    await store.remove('sessions', 'scope', 's', 1)
  }
  await store.find('sessions', 'scope', 's')
  t.equal(await store.find('sessions', 'scope', 's'), undefined, 'what was read before is not kept')
})

await t.test('a process sees its own changes at once', async t => {
  const { shared, store } = await setUp()
  t.equal(await revisionIn(store), 1)
  await store.replace(record(2, 'b'))
  t.equal(await revisionIn(store), 2)
  t.equal((await store.find('keys', 'scope', 'b'))?.revision, 2, 'by a new id as well')
  t.equal(shared.reads, 1, 'without reading')
  await store.remove('keys', 'scope', 'a', 2)
  for (const id of ['a', 'b']) t.equal(await store.find('keys', 'scope', id), undefined)
})

await t.test('an older reading that ends late does not displace a change', async t => {
  const { shared, store } = await setUp()
  shared.beforeAnswer = async () => {
    shared.beforeAnswer = async () => {}
    await store.replace(record(2))
  }
  t.equal(await revisionIn(store), 1, 'read before')
  t.equal(await revisionIn(store), 2, 'known after')
})

await t.test('who lost against another change reads anew', async t => {
  const { store, other } = await setUp()
  t.equal(await revisionIn(store), 1)
  await other.replace(record(2))
  t.equal(await outcome(() => store.replace(record(2))), 'CONFLICT')
  t.equal(await revisionIn(store), 2)
})

await t.test('a thousand that want a record at once cost one reading', async t => {
  const { shared, store } = await setUp()
  const found = await Promise.all(Array.from({ length: 1000 }, () => store.find('keys', 'scope', 'a')))
  t.equal(new Set(found).size, 1000, 'each has a copy of its own')
  t.ok(found.every(each => each?.revision === 1))
  t.equal(shared.reads, 1)
})

await t.test('nobody takes the word of a reading that began too long ago, or that found nothing', async t => {
  const { clock, shared, store, other } = await setUp()
  let answer = () => {}
  const slow = new Promise<void>(resolve => {
    answer = resolve
  })
  shared.beforeAnswer = () => slow
  const [early, absent] = [revisionIn(store), store.find('keys', 'scope', 'b')]
  shared.beforeAnswer = async () => {}
  clock.advance(1001)
  await other.replace(record(2))
  t.equal(await revisionIn(store), 2, 'it was too old')
  await other.add({ ...record(1), ids: ['b'] })
  const second = store.find('keys', 'scope', 'b')
  answer()
  t.equal(await early, 1)
  t.equal(await absent, undefined)
  t.ok(await second, 'it was looked for again')
})

await t.test('a reading that fails fails all who waited for it, and the next one reads anew', async t => {
  const { shared, store } = await setUp()
  shared.beforeAnswer = () => Promise.reject(new KmsError('STORE_UNAVAILABLE', 'away'))
  const outcomes = await Promise.all([1, 2, 3].map(() => outcome(() => revisionIn(store))))
  t.strictSame(outcomes, Array(3).fill('STORE_UNAVAILABLE'))
  t.equal(shared.reads, 1)
  shared.beforeAnswer = async () => {}
  t.equal(await revisionIn(store), 1)
})

await t.test('what is answered is a copy', async t => {
  const { store } = await setUp()
  for (let i = 0; i < 3; i += 1) {
    const found = await store.find('keys', 'scope', 'a')
    t.equal(found?.body[0], 1)
    found?.body.fill(0)
  }
})

await t.test('with no time nothing is kept, and at most so much is kept', async t => {
  for (const options of [{ ttl: 0 }, { ttl: 1000, maxSize: 10 }]) {
    const { shared, store } = await setUp(options)
    for (let i = 0; i < 3; i += 1) await revisionIn(store)
    t.equal(shared.reads, 3)
  }
})

await t.test('a reading that ends after the close is not kept', async t => {
  const { shared, store } = await setUp()
  shared.beforeAnswer = () => store.close()
  await revisionIn(store)
  t.equal(await outcome(() => store.find('keys', 'scope', 'a')), 'STORE_UNAVAILABLE')
})

/** A cached store over records that another process changes as well. */
async function setUp(options: { ttl: number; maxSize?: number } = { ttl: 1000 }) {
  const clock = someClock()
  const shared = new SlowKeyStore()
  await shared.add(record(1))
  const store: KeyStorePort = new CachedKeyStore(shared, options, clock)
  const other: KeyStorePort = shared
  return { clock, shared, store, other }
}

function record(revision: number, ...otherIds: string[]): StoredRecord {
  return { collection: 'keys', scope: 'scope', ids: ['a', ...otherIds], revision, body: Uint8Array.of(revision) }
}

async function revisionIn(store: KeyStorePort): Promise<number | undefined> {
  return (await store.find('keys', 'scope', 'a'))?.revision
}

function someClock(): FixedClock {
  return new FixedClock('2024-02-29T12:30:00Z')
}
