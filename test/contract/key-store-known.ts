import type { KeyStorePort } from '@keyhold/core'
import type { Test } from 'tap'
import type { OpenPair } from './key-store-races.ts'
import { comparable, finds, nextRevision, sampleRecord } from './sample-record.ts'

/** What is found by whoever has in hand what was answered before: what stands there now, whatever that is. */
export async function keyStoreKnown(
  t: Test,
  open: (t: Test) => Promise<KeyStorePort>,
  openPair: OpenPair | undefined,
): Promise<void> {
  await t.test('what was answered before stands in for nothing but itself', async t => {
    const store = await open(t)
    const [first, other] = [sampleRecord('a', 'b'), sampleRecord('c')]
    await store.add(first)
    await store.add(other)
    const known = await store.find('keys', 'scope', 'a')
    const found = async (id: string, given = known) => comparable(await store.find('keys', 'scope', id, given))
    t.strictSame(await found('a'), comparable(first))
    t.strictSame(await found('a'), comparable(first), 'again')
    t.strictSame(await found('b'), comparable(first), 'by another id')
    t.strictSame(await found('c'), comparable(other), 'another record')
    t.strictSame(await found('nothing'), undefined)
    t.equal(await store.find('keys', 'elsewhere', 'a', known), undefined, 'another scope')
    t.equal(await store.find('keystores', 'scope', 'a', known), undefined, 'another collection')
    const forged = { ...first, body: Uint8Array.of(1, 2, 3) }
    t.strictSame(await found('a', forged), comparable(first), 'what it has never answered')

    const second = nextRevision(first)
    await store.replace(second)
    t.strictSame(await found('a'), comparable(second), 'replaced')
    await store.remove('keys', 'scope', 'a', 2)
    t.equal(await found('a'), undefined, 'removed')
    const later = sampleRecord('a', 'd')
    await store.add(later)
    t.strictSame(await found('a'), comparable(later), 'another one in its place')
  })

  if (openPair === undefined) return
  await t.test('what another process has written is found by whoever has what was there before', async t => {
    const [one, other] = await openPair(t)
    const record = sampleRecord('a')
    await one.add(record)
    const known = await one.find('keys', 'scope', 'a')
    await finds(t, one, record, 'a')
    const second = nextRevision(record)
    await other.replace(second)
    t.strictSame(comparable(await one.find('keys', 'scope', 'a', known)), comparable(second))
  })
}
