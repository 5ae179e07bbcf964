import type { KeyStorePort, StoredRecord } from '@keyhold/core'
import type { Test } from 'tap'
import { keyStoreData } from './key-store-data.ts'
import { keyStoreKnown } from './key-store-known.ts'
import { keyStoreLists } from './key-store-lists.ts'
import { keyStoreLogs } from './key-store-logs.ts'
import { keyStoreRaces, type OpenPair } from './key-store-races.ts'
import { outcome } from './outcome.ts'
import { collections, comparable, finds, nextRevision, sampleRecord } from './sample-record.ts'

export interface KeyStoreContractOptions {
  /**
   * Opens two stores over the same records, as two processes would have them, and registers their teardown. Absent for
   * a store that only one process can use.
   */
  readonly openPair?: OpenPair
}

/**
 * Everything that `KeyStorePort` promises. An adapter's test calls this with a function that opens a new, empty store
 * each time it is called and registers with the `t` it is given whatever must be closed and removed afterwards:
 * `await keyStoreContract(t, async t => openMyStore(…))`. A store that several processes can use gives `openPair` too.
 */
export async function keyStoreContract(
  t: Test,
  open: (t: Test) => Promise<KeyStorePort>,
  { openPair }: KeyStoreContractOptions = {},
): Promise<void> {
  await t.test('what is not there is undefined', async t => {
    const store = await open(t)
    for (const collection of collections) t.equal(await store.find(collection, '', 'a'), undefined, collection)
    await store.add(sampleRecord('a'))
    t.equal(await store.find('keys', 'scope', 'b'), undefined, 'another id')
    t.equal(await store.find('keys', 'other', 'a'), undefined, 'another scope')
    t.equal(await store.find('keystores', 'scope', 'a'), undefined, 'another collection')
  })

  await t.test('a record is found by each of its ids, as it was added', async t => {
    const store = await open(t)
    const record = sampleRecord('a', 'b', 'c')
    t.equal(await store.add(record), undefined)
    for (const id of record.ids) await finds(t, store, record, id)
  })

  await t.test('what is looked for at the same time is found, each by itself', async t => {
    const store = await open(t)
    const records = Array.from({ length: 5 }, (_, i) => ({ ...sampleRecord('a', `b${i}`), scope: `scope ${i % 5}` }))
    for (const record of records) await store.add(record)
    const asked = records.flatMap(record => [...record.ids, 'nobody'].map(id => ({ record, id })))
    // Also twice: nobody shares what he is answered.
    const found = await Promise.all([...asked, ...asked].map(({ record, id }) => store.find('keys', record.scope, id)))
    for (const [i, { record, id }] of [...asked, ...asked].entries()) {
      t.strictSame(comparable(found[i]), id === 'nobody' ? undefined : comparable(record), `${record.scope}: ${id}`)
    }
    found[0]?.body.fill(0)
    await finds(t, store, records[0] as StoredRecord, 'a')
    t.strictSame(comparable(found[asked.length]), comparable(records[0]))
    const [here, elsewhere] = await Promise.all([
      store.find('keys', 'scope 0', 'b1'),
      store.find('revocations', 'scope 0', 'a'),
    ])
    t.strictSame([here, elsewhere], [undefined, undefined], 'in no other scope or collection')
  })

  await t.test('add: a taken id is refused, and nothing is changed', async t => {
    const clashes: [name: string, ids: [string, ...string[]]][] = [
      ['the same id', ['a']],
      ['the same ids', ['a', 'b']],
      ['its first id is a second one', ['b']],
      ['its second id is a first one', ['x', 'a']],
      ['its second id is a second one', ['x', 'b']],
      ['its last id of many', ['x', 'y', 'z', 'b']],
    ]
    for (const [name, ids] of clashes) {
      await t.test(name, async t => {
        const store = await open(t)
        const first = sampleRecord('a', 'b')
        await store.add(first)
        t.equal(await outcome(() => store.add(sampleRecord(...ids))), 'ALREADY_EXISTS')
        for (const id of first.ids) await finds(t, store, first, id)
        for (const id of ['x', 'y', 'z']) t.equal(await store.find('keys', 'scope', id), undefined, `no ${id}`)
        t.equal(await outcome(() => store.add(sampleRecord('x'))), 'done', 'the other ids are still free')
      })
    }
  })

  await t.test('add: a record keeps whatever revision it has', async t => {
    const store = await open(t)
    for (const revision of [0, 1, 2, 1000, 2 ** 31, 2 ** 40]) {
      const record = { ...sampleRecord(`a ${revision}`, `b ${revision}`), revision }
      t.equal(await outcome(() => store.add(record)), 'done', `revision ${revision}`)
      for (const id of record.ids) await finds(t, store, record, id)
      const next = nextRevision(record)
      t.equal(await outcome(() => store.replace(next)), 'done', 'the next one takes its place')
      await finds(t, store, next, record.ids[0])
      t.equal(await outcome(() => store.remove('keys', 'scope', record.ids[0], revision)), 'CONFLICT')
      t.equal(await outcome(() => store.remove('keys', 'scope', record.ids[0], revision + 1)), 'done')
    }
  })

  await t.test('ids are unique in their collection and scope only', async t => {
    const store = await open(t)
    const records = collections.flatMap(collection =>
      ['', 'one', 'two'].map(scope => ({ ...sampleRecord('a', 'b'), collection, scope })),
    )
    for (const record of records) await store.add(record)
    for (const record of records) await finds(t, store, record, 'b')
  })

  await t.test('replace: the next revision takes the place of the stored one', async t => {
    const store = await open(t)
    const first = sampleRecord('a', 'b')
    await store.add(first)
    const second = nextRevision(first, 'c')
    t.equal(await store.replace(second), undefined)
    for (const id of ['a', 'b', 'c']) await finds(t, store, second, id)
    const third = nextRevision(second, 'd', 'e')
    await store.replace(third)
    for (const id of ['a', 'b', 'c', 'd', 'e']) await finds(t, store, third, id)
    t.equal(await outcome(() => store.add(sampleRecord('d'))), 'ALREADY_EXISTS', 'an added id is taken')
  })

  await t.test('replace: refused, and nothing is changed', async t => {
    const refusals: [name: string, code: string, change: Partial<StoredRecord>][] = [
      ['the stored revision', 'CONFLICT', { revision: 2 }],
      ['an older revision', 'CONFLICT', { revision: 1 }],
      ['a revision too far', 'CONFLICT', { revision: 4 }],
      ['no such id', 'CONFLICT', { ids: ['x'] }],
      ['another scope', 'CONFLICT', { scope: 'other' }],
      ['another collection', 'CONFLICT', { collection: 'keystores' }],
      ['addressed by its second id', 'CONFLICT', { ids: ['b', 'a', 'x'] }],
      ["addressed by another record's second id", 'CONFLICT', { ids: ['q', 'x'], revision: 2 }],
      ["an added id is another record's first", 'ALREADY_EXISTS', { ids: ['a', 'b', 'x', 'p'] }],
      ["an added id is another record's second", 'ALREADY_EXISTS', { ids: ['a', 'b', 'x', 'q'] }],
    ]
    for (const [name, code, change] of refusals) {
      await t.test(name, async t => {
        const store = await open(t)
        const first = sampleRecord('a', 'b')
        const stored = nextRevision(first)
        const other = sampleRecord('p', 'q')
        await store.add(first)
        await store.replace(stored)
        await store.add(other)
        t.equal(await outcome(() => store.replace({ ...nextRevision(stored), ...change })), code)
        for (const id of stored.ids) await finds(t, store, stored, id)
        for (const id of other.ids) await finds(t, store, other, id)
        t.equal(await store.find('keys', 'scope', 'x'), undefined, 'no id was added')
        t.equal(
          await outcome(() => store.replace(nextRevision(stored, 'x'))),
          'done',
          'the right one still goes through',
        )
      })
    }
  })

  await t.test('check resolves while the store is open', async t => {
    t.equal(await (await open(t)).check(), undefined)
  })

  await t.test('after close every call answers STORE_UNAVAILABLE', async t => {
    const store = await open(t)
    await store.add(sampleRecord('a'))
    t.equal(await store.close(), undefined)
    const calls: Record<string, () => Promise<unknown>> = {
      find: async () => store.find('keys', 'scope', 'a'),
      'find of what is absent': async () => store.find('keys', 'scope', 'b'),
      add: () => store.add(sampleRecord('b')),
      replace: () => store.replace(nextRevision(sampleRecord('a'))),
      list: () => store.list('keys', 'scope', 1),
      remove: () => store.remove('keys', 'scope', 'a', 1),
      check: () => store.check(),
    }
    for (const [name, call] of Object.entries(calls)) t.equal(await outcome(call), 'STORE_UNAVAILABLE', name)
    t.equal(await store.close(), undefined, 'close may be called again')
  })

  await t.test('records are data', t => keyStoreData(t, open))
  await t.test('records that were answered before', t => keyStoreKnown(t, open, openPair))
  await t.test('records are listed and removed', t => keyStoreLists(t, open))
  await t.test('records of a log', t => keyStoreLogs(t, open, openPair))
  await t.test('of changes that race exactly one wins', t => keyStoreRaces(t, open, openPair))
}
