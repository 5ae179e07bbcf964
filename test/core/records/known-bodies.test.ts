import { KmsError, SecretBytes, type StoredRecord } from '@keyhold/core'
import { KnownBodies } from '@keyhold/core/records/known-bodies.js'
import { writeBody } from '@keyhold/core/records/record-body.js'
import t from 'tap'

const integrityKey = new SecretBytes(new Uint8Array(32).fill(9))
const asItIs = (content: unknown): unknown => content
const record = written({ collection: 'keys', scope: 'store', ids: ['a', 'b'], revision: 2 }, { state: 'active' })

t.test('the same bytes are verified and decoded once', async t => {
  const bodies = new KnownBodies(integrityKey)
  const content = bodies.read(structuredClone(record), asItIs)
  t.same(content, { state: 'active' })
  t.equal(bodies.read(structuredClone(record), asItIs), content, 'the very same content')
})

t.test('a change of a known record shows, and is not remembered', async t => {
  const bodies = new KnownBodies(integrityKey)
  const content = bodies.read(record, asItIs)
  const other = written({ ...record, ids: ['c'] }, { state: 'suspended' })
  const changes: [name: string, change: Partial<StoredRecord>][] = [
    ...Array.from(record.body.keys(), at => {
      const body = Uint8Array.from(record.body)
      body[at] = (body[at] ?? 0) ^ (1 << (at % 8))
      return [`a flipped bit of byte ${at}`, { body }] as [string, Partial<StoredRecord>]
    }),
    ['a byte less', { body: record.body.subarray(0, -1) }],
    ['a byte more', { body: Buffer.concat([record.body, Uint8Array.of(0)]) }],
    ["another record's body", { body: other.body }],
    ['the next revision', { revision: 3 }],
    ['an older revision', { revision: 1 }],
    ['another second id', { ids: ['a', 'x'] }],
    ['an id more', { ids: ['a', 'b', 'x'] }],
    ['an id less', { ids: ['a'] }],
    ['its ids in another order', { ids: ['b', 'a'] }],
    ['in another keystore', { scope: 'other' }],
    ['in another collection', { collection: 'keystores' }],
  ]
  for (const [name, change] of changes) {
    for (const attempt of ['first', 'again'])
      t.equal(read({ ...record, ...change }), 'STORE_CORRUPT', `${name}, ${attempt}`)
  }
  t.equal(read(record), content)

  function read(changed: StoredRecord): unknown {
    try {
      return bodies.read(changed, asItIs)
    } catch (error) {
      return error instanceof KmsError ? error.code : error
    }
  }
})

t.test('what another process wrote in place of a known record is read', async t => {
  const bodies = new KnownBodies(integrityKey)
  bodies.read(record, asItIs)
  t.same(bodies.read(written({ ...record, revision: 3 }, { state: 'suspended' }), asItIs), { state: 'suspended' })
})

t.test('records of one name are told apart', async t => {
  const bodies = new KnownBodies(integrityKey)
  const place = { collection: 'keys', revision: 1 } as const
  const first = written({ ...place, scope: 'a', ids: ['b/c'] }, 'first')
  const second = written({ ...place, scope: 'a/b', ids: ['c'] }, 'second')
  for (const [known, content] of [
    [first, 'first'],
    [second, 'second'],
    [first, 'first'],
  ] as const) {
    t.equal(bodies.read(known, asItIs), content)
  }
})

t.test('what is remembered is bounded', async t => {
  const bodies = new KnownBodies(integrityKey)
  const content = bodies.read(record, asItIs)
  for (let id = 0; id < 20; id += 1) {
    bodies.read(written({ ...record, ids: [`${id}`] }, { filling: new Uint8Array(1024 * 1024) }), asItIs)
  }
  const again = bodies.read(record, asItIs)
  t.not(again, content, 'the first one is forgotten')
  t.same(again, content)
})

function written(place: Omit<StoredRecord, 'body'>, content: unknown): StoredRecord {
  return { ...place, body: writeBody(integrityKey, place, content) }
}
