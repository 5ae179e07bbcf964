import type { KeyStorePort } from '@keyhold/core'
import type { Test } from 'tap'
import { hostileTexts } from './hostile-texts.ts'
import { outcome, tally } from './outcome.ts'
import { comparable, finds, nextRevision, sampleRecord } from './sample-record.ts'

/** The part of the contract that is about listing and removing records. */
export async function keyStoreLists(t: Test, open: (t: Test) => Promise<KeyStorePort>): Promise<void> {
  const idsOf = async (store: KeyStorePort, limit: number, after?: string) =>
    (await store.list('keys', 'scope', limit, after)).map(record => record.ids[0])

  await t.test('a list holds each record of its collection and scope once, whole', async t => {
    const store = await open(t)
    const records = [sampleRecord('b', 'other b'), sampleRecord('a'), sampleRecord('c', 'aa', 'zz')]
    const elsewhere = [
      { ...sampleRecord('a'), scope: 'scop' },
      { ...sampleRecord('a'), scope: 'scope2' },
      { ...sampleRecord('a'), collection: 'keystores' as const },
    ]
    for (const record of [...records, ...elsewhere]) await store.add(record)
    const listed = await store.list('keys', 'scope', 10)
    const expected = [records[1], records[0], records[2]]
    t.strictSame(listed.map(comparable), expected.map(comparable), 'in the order of their first ids')
    t.strictSame(await store.list('revocations', 'scope', 10), [])
  })

  await t.test('a list goes on after an id, whether that is there or not', async t => {
    const store = await open(t)
    for (const id of ['d', 'b', 'a', 'c', 'ab']) await store.add(sampleRecord(id, `z${id}`))
    t.strictSame(await idsOf(store, 2), ['a', 'ab'])
    t.strictSame(await idsOf(store, 2, 'ab'), ['b', 'c'])
    t.strictSame(await idsOf(store, 2, 'c'), ['d'])
    t.strictSame(await idsOf(store, 9, 'aa'), ['ab', 'b', 'c', 'd'])
    t.strictSame(await idsOf(store, 9, 'd'), [])
    t.strictSame(await idsOf(store, 9, 'zz'), [], 'ids other than the first do not count')
    t.strictSame(await idsOf(store, 0), [])
  })

  await t.test('a list is in byte order, whatever the ids are', async t => {
    const store = await open(t)
    for (const id of hostileTexts) await store.add(sampleRecord(id))
    const inOrder = hostileTexts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    t.strictSame(await idsOf(store, 1000), inOrder)
    const middle = inOrder[Math.floor(inOrder.length / 2)] ?? ''
    t.strictSame(await idsOf(store, 1000, middle), inOrder.slice(inOrder.indexOf(middle) + 1))
  })

  await t.test('a removed record is gone with all its ids, and they are free', async t => {
    const store = await open(t)
    const [record, other] = [sampleRecord('a', 'b'), sampleRecord('c')]
    for (const each of [record, other]) await store.add(each)
    t.equal(await store.remove('keys', 'scope', 'a', 1), undefined)
    for (const id of record.ids) t.equal(await store.find('keys', 'scope', id), undefined)
    t.strictSame(await idsOf(store, 9), ['c'])
    await finds(t, store, other, 'c')
    t.equal(await outcome(() => store.add(sampleRecord('b', 'a'))), 'done')
  })

  await t.test('remove: refused, and nothing is changed', async t => {
    const store = await open(t)
    const first = sampleRecord('a', 'b')
    const stored = nextRevision(first)
    await store.add(first)
    await store.replace(stored)
    const refusals: [name: string, call: () => Promise<void>][] = [
      ['an older revision', () => store.remove('keys', 'scope', 'a', 1)],
      ['a revision too far', () => store.remove('keys', 'scope', 'a', 3)],
      ['its second id', () => store.remove('keys', 'scope', 'b', 2)],
      ['no such id', () => store.remove('keys', 'scope', 'x', 1)],
      ['another scope', () => store.remove('keys', 'other', 'a', 2)],
      ['another collection', () => store.remove('keystores', 'scope', 'a', 2)],
    ]
    for (const [name, call] of refusals) t.equal(await outcome(call), 'CONFLICT', name)
    for (const id of stored.ids) await finds(t, store, stored, id)
  })

  await t.test('of parallel removals of one record exactly one wins', async t => {
    const store = await open(t)
    await store.add(sampleRecord('a'))
    const removals = Array.from({ length: 16 }, () => () => store.remove('keys', 'scope', 'a', 1))
    t.strictSame(await tally(removals), { done: 1, CONFLICT: 15 })
  })
}
