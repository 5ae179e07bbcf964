import type { KeyStorePort, StoredRecord } from '@keyhold/core'
import type { Test } from 'tap'
import type { OpenPair } from './key-store-races.ts'
import { outcome } from './outcome.ts'
import { comparable, finds, sampleRecord } from './sample-record.ts'

const logged = (id: string, scope = 'scope'): StoredRecord => ({ ...sampleRecord(id), collection: 'log', scope })

/** The part of the contract that is about records of a log that need not survive the machine. */
export async function keyStoreLogs(
  t: Test,
  open: (t: Test) => Promise<KeyStorePort>,
  openPair?: OpenPair,
): Promise<void> {
  await t.test('what is written is there, among what is flushed', async t => {
    const store = await open(t)
    const ids = ['d', 'a', 'e', 'b', 'c']
    const records = ids.map(id => logged(id))
    for (const [index, record] of records.entries()) await store.add(record, index % 2 === 0 ? 'written' : 'flushed')
    await store.add(logged('a', 'other'), 'written')
    for (const record of records) await finds(t, store, record, record.ids[0])
    const inOrder = records.toSorted((a, b) => (a.ids[0] < b.ids[0] ? -1 : 1)).map(comparable)
    const listed = async (limit: number, after?: string) =>
      (await store.list('log', 'scope', limit, after)).map(comparable)
    t.strictSame(await listed(9), inOrder)
    t.strictSame(await listed(2), inOrder.slice(0, 2))
    t.strictSame(await listed(2, 'b'), inOrder.slice(2, 4))
    t.strictSame(await listed(0), [])
  })

  await t.test('what is written is a copy, and its id is taken', async t => {
    const store = await open(t)
    const record = logged('a')
    const before = { ...record, body: Uint8Array.from(record.body) }
    await store.add(record, 'written')
    record.body.fill(0)
    const [listed] = await store.list('log', 'scope', 1)
    listed?.body.fill(0)
    await finds(t, store, before, 'a')
    for (const durability of ['written', 'flushed'] as const) {
      t.equal(await outcome(() => store.add(logged('a'), durability)), 'ALREADY_EXISTS', durability)
    }
    await finds(t, store, before, 'a')
    await store.close()
    t.equal(await outcome(() => store.add(logged('b'), 'written')), 'STORE_UNAVAILABLE')
    t.equal(await outcome(() => store.list('log', 'scope', 1)), 'STORE_UNAVAILABLE')
  })

  if (openPair === undefined) return
  await t.test('each of two stores sees at once what the other has written', async t => {
    const [one, two] = await openPair(t)
    for (let i = 0; i < 16; i += 1) {
      const record = logged(`${i}`)
      await one.add(record, 'written')
      await finds(t, two, record, `${i}`)
      t.equal((await two.list('log', 'scope', 99)).length, i + 1)
    }
    await one.close()
    t.equal((await two.list('log', 'scope', 99)).length, 16, 'and after the other was closed')
  })
}
