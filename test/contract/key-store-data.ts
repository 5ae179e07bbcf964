import type { KeyStorePort, StoredRecord } from '@keyhold/core'
import type { Test } from 'tap'
import { hostileTexts } from './hostile-texts.ts'
import { outcome } from './outcome.ts'
import { comparable, finds, nextRevision, sampleRecord } from './sample-record.ts'

/** The part of the contract that is about what stands in a record: it is data, and it is the store's own copy. */
export async function keyStoreData(t: Test, open: (t: Test) => Promise<KeyStorePort>): Promise<void> {
  await t.test('scope and id are never confused', async t => {
    const store = await open(t)
    const places = [
      ['', 'abc'],
      ['a', 'bc'],
      ['ab', 'c'],
      ['a/b', 'c'],
      ['a', 'b/c'],
      ['a:b', 'c'],
      ['a', 'b:c'],
      ['a\0', 'b'],
      ['a', '\0b'],
      ['a","b', 'c'],
      ['a', 'b","c'],
    ] as const
    const records = places.map(([scope, id]) => ({ ...sampleRecord(id), scope }))
    for (const record of records) await store.add(record)
    for (const record of records) await finds(t, store, record, record.ids[0])
  })

  await t.test('bodies come back byte for byte', async t => {
    const store = await open(t)
    const bodies = {
      empty: new Uint8Array(0),
      zero: new Uint8Array(1),
      'every byte': Uint8Array.from({ length: 256 }, (_, i) => i),
      'a view into a larger buffer': Uint8Array.from({ length: 64 }, (_, i) => i).subarray(7, 39),
      '200 kB': Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff),
    }
    for (const [id, body] of Object.entries(bodies)) {
      await store.add({ ...sampleRecord(id), body })
      const found = await store.find('keys', 'scope', id)
      t.ok(found?.body instanceof Uint8Array && Buffer.compare(found.body, body) === 0, `added: ${id}`)
      await store.replace({ ...sampleRecord(id), revision: 2, body: body.toReversed() })
      const replaced = await store.find('keys', 'scope', id)
      t.ok(replaced && Buffer.compare(replaced.body, body.toReversed()) === 0, `replaced: ${id}`)
    }
  })

  await t.test('records are copies', async t => {
    const store = await open(t)
    const first = sampleRecord('a', 'b')
    const given = structuredClone(first)
    const adding = store.add(given)
    scribble(given)
    await adding
    scribble(given)
    await finds(t, store, first, 'a')
    for (const id of ['a', 'b']) {
      const found = await store.find('keys', 'scope', id)
      if (found !== undefined) scribble(found)
    }
    for (const id of ['a', 'b']) await finds(t, store, first, id)
    const second = nextRevision(first)
    const replacement = structuredClone(second)
    const replacing = store.replace(replacement)
    scribble(replacement)
    await replacing
    await finds(t, store, second, 'b')
  })

  await t.test('hostile ids are data', async t => {
    const store = await open(t)
    for (const id of hostileTexts) t.equal(await store.find('keys', 'scope', id), undefined)
    const records = hostileTexts.map(id => sampleRecord(id))
    for (const record of records) t.equal(await outcome(() => store.add(record)), 'done')
    for (const record of records) await finds(t, store, record, record.ids[0])
    for (const record of records) t.equal(await outcome(() => store.replace(nextRevision(record))), 'done')
  })

  await t.test('hostile second ids and scopes are data', async t => {
    const store = await open(t)
    const records = hostileTexts.map(text => ({
      ...sampleRecord('first', `${text.slice(0, 100)}2`, text),
      scope: text,
    }))
    for (const record of records) t.equal(await outcome(() => store.add(record)), 'done')
    for (const record of records) await finds(t, store, record, record.ids[2] ?? '')
  })

  await t.test('ids out of all bounds: nothing but a KmsError, and nothing half written', async t => {
    const store = await open(t)
    const tooLong = 'a'.repeat(100_000)
    for (const id of ['', tooLong, '\ud800']) {
      t.match(await outcome(() => store.find('keys', 'scope', id)), /^(done|[A-Z_]+)$/)
    }
    const record = sampleRecord('x', 'y', tooLong)
    const added = await outcome(() => store.add(record))
    t.match(added, /^(done|[A-Z_]+)$/)
    const expected = added === 'done' ? comparable(record) : undefined
    for (const id of ['x', 'y']) t.strictSame(comparable(await store.find('keys', 'scope', id)), expected)
  })
}

/** Changes a record wherever it can be changed. */
function scribble(record: StoredRecord): void {
  record.body.fill(0xff)
  const ids = record.ids as unknown as string[]
  ids[0] = 'scribbled'
  ids.push('scribbled')
  Object.assign(record, { collection: 'header', scope: 'scribbled', revision: 99 })
}
