import { randomBytes } from 'node:crypto'
import { MemoryKeyStore } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { type KeyStorePort, SecretBytes, type StoredRecord } from '@keyhold/core'
import { addVersion, type Key, type KeyVersion } from '@keyhold/core/records/key.js'
import type { Keystore } from '@keyhold/core/records/keystore.js'
import { Records } from '@keyhold/core/records/records.js'
import t from 'tap'

const integrityKeyBytes = randomBytes(32)

const version: KeyVersion = {
  number: 1,
  id: 'a',
  type: 'ED25519',
  state: 'active',
  createdAt: 1_700_000_000_000,
  locked: Uint8Array.of(1, 2, 3),
  publicKey: new Uint8Array(32).fill(4),
}

const keystore: Keystore = {
  id: 'store',
  url: 'https://kms.example/v1/keystores/store',
  controller: 'did:example:owner',
  createdAt: 1_700_000_000_000,
  state: 'active',
  lock: { kind: 'server-held', lockedKey: Uint8Array.of(5, 6) },
  revision: 1,
}

await t.test('what was written is found as it was', async t => {
  const records = recordsOver(new MemoryKeyStore())
  await records.addKeystore(keystore)
  await records.addKey(key('a'))
  t.strictSame(plain(await records.findKeystore('store')), plain(keystore))
  t.strictSame(plain(await records.findKey('store', 'a')), plain(key('a')))
})

await t.test('what is not there is undefined', async t => {
  const records = recordsOver(new MemoryKeyStore())
  await records.addKey(key('a'))
  t.equal(await records.findKeystore('a'), undefined)
  t.equal(await records.findKey('store', 'b'), undefined)
  t.equal(await records.findKey('other', 'a'), undefined)
})

await t.test('a key is found by the id of each of its versions', async t => {
  const records = recordsOver(new MemoryKeyStore())
  const first = key('a')
  await records.addKey(first)
  const second = addVersion(first, { ...version, number: 2, id: 'b' })
  await records.replaceKey(second)
  for (const id of ['a', 'b']) t.strictSame(plain(await records.findKey('store', id)), plain(second))
  t.equal(await outcome(() => records.replaceKey(second)), 'CONFLICT')
  t.equal(await outcome(() => records.addKey(key('b'))), 'ALREADY_EXISTS')
})

await t.test('a record that was changed in the store answers STORE_CORRUPT, wherever it is looked for', async t => {
  const { first, other } = await storedRecords()
  const bits = Array.from(first.body.keys(), at => {
    const body = Uint8Array.from(first.body)
    body[at] = (body[at] ?? 0) ^ (1 << (at % 8))
    return [`a flipped bit of byte ${at}`, { body }] as const
  })
  const cuts = Array.from(first.body.keys(), end => [`cut at ${end}`, { body: first.body.subarray(0, end) }] as const)
  const changes: (readonly [name: string, change: Partial<StoredRecord>])[] = [
    ...bits,
    ...cuts,
    ['a byte behind', { body: Buffer.concat([first.body, Uint8Array.of(0)]) }],
    ["another record's body", { body: other.body }],
    ['random bytes', { body: randomBytes(first.body.length) }],
    ['the next revision', { revision: 3 }],
    ['an older revision', { revision: 1 }],
    ['revision 0', { revision: 0 }],
    ['another first id', { ids: ['x', 'b'] }],
    ['another second id', { ids: ['a', 'x'] }],
    ['an id more', { ids: ['a', 'b', 'x'] }],
    ['an id less', { ids: ['a'] }],
    ['its ids in another order', { ids: ['b', 'a'] }],
    ['its ids in one', { ids: ['ab'] }],
    ["under another record's id", { ids: other.ids }],
    ['in another keystore', { scope: 'other' }],
    ['in no keystore', { scope: '' }],
    ['among the keystores', { collection: 'keystores', scope: '' }],
  ]
  const found: string[] = []
  for (const [name, change] of changes) {
    const changed = { ...first, ...change }
    const store = new MemoryKeyStore()
    await store.add(changed)
    const records = recordsOver(store)
    for (const id of changed.ids) {
      const find = () => (changed.collection === 'keys' ? records.findKey(changed.scope, id) : records.findKeystore(id))
      const answer = await outcome(find)
      if (answer !== 'STORE_CORRUPT') found.push(`${name}, found by ${id}: ${answer}`)
    }
  }
  t.strictSame(found, [], `all ${changes.length} changes show`)
})

await t.test('an authentic record in the wrong place answers STORE_CORRUPT', async t => {
  const { first, other } = await storedRecords()
  const answers: [name: string, answer: StoredRecord, keystoreId: string, id: string][] = [
    ['for another id', other, 'store', 'a'],
    ['for another keystore', first, 'other', 'a'],
  ]
  for (const [name, answer, keystoreId, id] of answers) {
    const records = recordsOver(answering(answer))
    t.equal(await outcome(() => records.findKey(keystoreId, id)), 'STORE_CORRUPT', name)
  }
  t.equal(await outcome(() => recordsOver(answering(first)).findKeystore('a')), 'STORE_CORRUPT', 'a key as a keystore')
  const store = new MemoryKeyStore()
  await recordsOver(store).addKey({ ...key('a'), keystoreId: '' })
  const homeless = (await store.find('keys', '', 'a')) ?? first
  t.equal(await outcome(() => recordsOver(answering(homeless)).findKeystore('a')), 'STORE_CORRUPT', 'of no keystore')
  t.equal(await outcome(() => recordsOver(answering(first)).findKey('store', 'a')), 'done', 'the right place')
})

await t.test('two swapped bodies are both found out', async t => {
  const { first, other } = await storedRecords()
  const store = new MemoryKeyStore()
  await store.add({ ...first, body: other.body })
  await store.add({ ...other, body: first.body })
  const records = recordsOver(store)
  for (const id of [...first.ids, ...other.ids]) {
    t.equal(await outcome(() => records.findKey('store', id)), 'STORE_CORRUPT', id)
  }
})

await t.test('a keystore whose controller or state was changed is found out', async t => {
  const store = new MemoryKeyStore()
  await recordsOver(store).addKeystore(keystore)
  const stored = await store.find('keystores', '', 'store')
  for (const [from, to] of [
    ['did:example:owner', 'did:example:thief'],
    ['active', 'actives'],
  ] as const) {
    const body = Buffer.from(
      Buffer.from(stored?.body ?? [])
        .toString('latin1')
        .replace(from, to),
      'latin1',
    )
    t.not(Buffer.compare(body, stored?.body ?? body), 0, `${from} stands in the body`)
    const records = recordsOver(answering({ ...(stored as StoredRecord), body }))
    t.equal(await outcome(() => records.findKeystore('store')), 'STORE_CORRUPT', to)
  }
})

await t.test('a record of another integrity key answers STORE_CORRUPT', async t => {
  const store = new MemoryKeyStore()
  await recordsOver(store).addKey(key('a'))
  const records = new Records(store, new SecretBytes(randomBytes(32)))
  t.equal(await outcome(() => records.findKey('store', 'a')), 'STORE_CORRUPT')
})

function key(id: string): Key {
  return { keystoreId: 'store', id, state: 'active', versions: [{ ...version, id }], revision: 1 }
}

function recordsOver(store: KeyStorePort): Records {
  return new Records(store, new SecretBytes(Uint8Array.from(integrityKeyBytes)))
}

/** Two keys as they stand in a store; the first one has ids `a` and `b` and revision 2. */
async function storedRecords(): Promise<{ first: StoredRecord; other: StoredRecord }> {
  const store = new MemoryKeyStore()
  const records = recordsOver(store)
  await records.addKey(key('a'))
  await records.replaceKey(addVersion(key('a'), { ...version, number: 2, id: 'b' }))
  await records.addKey(key('other'))
  const [first, other] = [await store.find('keys', 'store', 'a'), await store.find('keys', 'store', 'other')]
  if (first === undefined || other === undefined) throw new Error('the records are not there')
  return { first, other }
}

/** A store that answers one record to every question. */
function answering(record: StoredRecord): KeyStorePort {
  return Object.assign(new MemoryKeyStore(), { find: async () => record })
}

/** In a form that compares by value, whichever class of byte array is in it. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each) => (each instanceof Uint8Array ? Array.from(each) : each)) ?? 'null',
  )
}
