import { type KeyStorePort, KmsError, type StoredRecord } from '@keyhold/core'
import type { Test } from 'tap'
import { outcome, tally } from './outcome.ts'
import { comparable, finds, nextRevision, sampleRecord } from './sample-record.ts'

export type OpenPair = (t: Test) => Promise<readonly [KeyStorePort, KeyStorePort]>

const parallel = 16

/** The part of the contract that is about races, within one store and between two that share their records. */
export async function keyStoreRaces(
  t: Test,
  open: (t: Test) => Promise<KeyStorePort>,
  openPair?: OpenPair,
): Promise<void> {
  await t.test('in one store', t =>
    races(t, async t => {
      const store = await open(t)
      return [store, store]
    }),
  )
  if (openPair === undefined) return
  await t.test('between two stores over the same records', t => races(t, openPair))
  await t.test('each of two stores sees what the other was acknowledged', async t => {
    const [one, two] = await openPair(t)
    // More than once: a store that answers from a slightly old snapshot is right most of the time.
    for (let i = 0; i < 16; i += 1) {
      t.equal(await two.find('keys', 'scope', `${i}`), undefined)
      await one.add(sampleRecord(`${i}`))
      t.ok(await two.find('keys', 'scope', `${i}`), `record ${i}`)
    }
    const first = sampleRecord('a')
    await one.add(first)
    const second = nextRevision(first, 'b')
    await two.replace(second)
    await finds(t, one, second, 'b')
    t.equal(await outcome(() => one.replace(nextRevision(first))), 'CONFLICT')
    t.equal(await outcome(() => one.add(sampleRecord('b'))), 'ALREADY_EXISTS')
  })
  await t.test('closing one of two stores leaves the other open', async t => {
    const [one, two] = await openPair(t)
    const record = sampleRecord('a')
    await one.add(record)
    await one.close()
    await finds(t, two, record, 'a')
    t.equal(await outcome(() => two.replace(nextRevision(record))), 'done')
  })
}

async function races(t: Test, openPair: OpenPair): Promise<void> {
  await t.test('parallel adds of one id', async t => {
    const pair = await openPair(t)
    const records = Array.from({ length: parallel }, (_, i) => sampleRecord('a', `only ${i}`))
    await raceOf(t, records, (record, i) => pick(pair, i).add(record), 'ALREADY_EXISTS')
    await onlyOne(t, pair, records)
  })

  await t.test('parallel adds that meet in their last id', async t => {
    const pair = await openPair(t)
    const records = Array.from({ length: parallel }, (_, i) => sampleRecord(`only ${i}`, 'a'))
    await raceOf(t, records, (record, i) => pick(pair, i).add(record), 'ALREADY_EXISTS')
    await onlyOne(t, pair, records)
  })

  await t.test('parallel adds, of which some are refused, harm no other', async t => {
    const pair = await openPair(t)
    const taken = sampleRecord('3', '11')
    await pair[0].add(taken)
    const records = Array.from({ length: parallel }, (_, i) => sampleRecord(`${i}`))
    const outcomes = await Promise.all(records.map((record, i) => outcome(() => pick(pair, i).add(record))))
    for (const [i, record] of records.entries()) {
      const isTaken = taken.ids.includes(`${i}`)
      t.equal(outcomes[i], isTaken ? 'ALREADY_EXISTS' : 'done', `record ${i}`)
      await finds(t, pick(pair, i), isTaken ? taken : record, `${i}`)
    }
  })

  await t.test('parallel replacements of one revision', async t => {
    const pair = await openPair(t)
    const first = sampleRecord('a')
    await pair[0].add(first)
    const records = Array.from({ length: parallel }, (_, i) => nextRevision(first, `only ${i}`))
    await raceOf(t, records, (record, i) => pick(pair, i).replace(record), 'CONFLICT')
    await onlyOne(t, pair, records)
  })

  await t.test('parallel replacements of several records that add the same id', async t => {
    const pair = await openPair(t)
    const firsts = Array.from({ length: parallel }, (_, i) => sampleRecord(`only ${i}`))
    for (const first of firsts) await pair[0].add(first)
    const records = firsts.map(first => nextRevision(first, 'a'))
    await raceOf(t, records, (record, i) => pick(pair, i).replace(record), 'ALREADY_EXISTS')
    const winner = await pair[0].find('keys', 'scope', 'a')
    for (const [i, first] of firsts.entries()) {
      const stored = winner?.ids[0] === first.ids[0] ? records[i] : first
      await finds(t, pick(pair, i), stored ?? first, first.ids[0])
    }
  })

  await t.test('no update is lost when each writer starts over after a conflict', async t => {
    const pair = await openPair(t)
    await pair[0].add(sampleRecord('a'))
    await Promise.all(Array.from({ length: parallel }, (_, i) => addIdPatiently(pick(pair, i), `added ${i}`)))
    const found = await pair[1].find('keys', 'scope', 'a')
    t.equal(found?.revision, 1 + parallel)
    t.strictSame(found?.ids.toSorted(), ['a', ...Array.from({ length: parallel }, (_, i) => `added ${i}`)].toSorted())
  })
}

function pick(pair: readonly [KeyStorePort, KeyStorePort], i: number): KeyStorePort {
  return pair[i % 2 === 0 ? 0 : 1]
}

async function raceOf(
  t: Test,
  records: readonly StoredRecord[],
  change: (record: StoredRecord, i: number) => Promise<void>,
  refusal: string,
): Promise<void> {
  const counts = await tally(records.map((record, i) => () => change(record, i)))
  t.strictSame(counts, { done: 1, [refusal]: records.length - 1 })
}

/** Asserts that exactly one of the records, whole, is what was stored. */
async function onlyOne(
  t: Test,
  pair: readonly [KeyStorePort, KeyStorePort],
  records: readonly StoredRecord[],
): Promise<void> {
  const winner = comparable(await pair[0].find('keys', 'scope', 'a'))
  t.ok(
    records.some(record => JSON.stringify(comparable(record)) === JSON.stringify(winner)),
    'the winner is stored as it was given',
  )
  for (const [i, record] of records.entries()) {
    for (const id of record.ids) {
      const expected = winner?.ids.includes(id) ? winner : undefined
      t.strictSame(comparable(await pick(pair, i).find('keys', 'scope', id)), expected)
    }
  }
}

async function addIdPatiently(store: KeyStorePort, id: string): Promise<void> {
  for (;;) {
    const stored = await store.find('keys', 'scope', 'a')
    if (stored === undefined) throw new Error('the record is gone')
    try {
      return await store.replace(nextRevision(stored, id))
    } catch (error) {
      if (!(error instanceof KmsError) || error.code !== 'CONFLICT') throw error
    }
  }
}
