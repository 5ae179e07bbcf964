import { openMongoKeyStore } from '@keyhold/adapters/store-mongo/mongo-key-store.js'
import { outcome } from '@keyhold/contract'
import { Binary, type Document, Double, ObjectId } from 'mongodb'
import t from 'tap'
import { record } from '../support/embedded-store.ts'
import { newDatabase, openMongo, patient, rawDatabase, withMongo, withOptions } from '../support/mongo.ts'

const names = ['header', 'keys', 'keystores', 'log', 'revocations', 'server_keys', 'sessions']

/** What the server refuses. */
const malformed: readonly [string, Document][] = [
  ['no scope', { scope: undefined }],
  ['a scope of another type', { scope: 1 }],
  ['no id', { id: undefined }],
  ['an id of another type', { id: 1 }],
  ['ids that are none', { ids: [] }],
  ['ids that are no array', { ids: 'a' }],
  ['an id among them of another type', { ids: ['a', { a: 1 }] }],
  ['no revision', { revision: undefined }],
  ['a revision below 0', { revision: -1 }],
  ['a revision of another type', { revision: '1' }],
  ['no body', { body: undefined }],
  ['a body of text', { body: 'body' }],
]

/** What a schema cannot tell. */
const unreadable: readonly [string, Document][] = [
  ['another first id', { id: 'b' }],
  ['half a revision', { revision: new Double(1.5) }],
  ['a body of another kind of bytes', { body: new Binary(Buffer.alloc(16), Binary.SUBTYPE_UUID) }],
]

await withMongo(t, 'what stands in the database', { replicaSet: true }, async (t, server) => {
  await t.test('a record is one document of plain values', async t => {
    const url = newDatabase(t, server)
    const store = await openMongo(t, url)
    await store.add(record(1, 'a', 'b'))
    await store.replace(record(2, 'a', 'b', 'c'))
    // As they stand there: the driver would turn every kind of number into one.
    const [found, ...others] = await rawDatabase(t, url).collection('keys').find({}, { promoteValues: false }).toArray()
    t.strictSame(others, [])
    t.strictSame(Object.keys(found ?? {}).toSorted(), ['_id', 'body', 'id', 'ids', 'revision', 'scope'])
    t.ok(found?._id instanceof ObjectId)
    t.strictSame([found?.['scope'], found?.['id'], found?.['ids']], ['scope', 'a', ['a', 'b', 'c']])
    t.equal(Number(found?.['revision']), 2)
    t.equal(found?.['body'].sub_type, Binary.SUBTYPE_DEFAULT)
    t.equal(Buffer.from(found?.['body'].value()).toString(), 'body 2 of a')
  })

  await t.test('collections, indexes and validation are made', async t => {
    const url = newDatabase(t, server)
    await openMongo(t, url, { prefix: 'pre_' })
    const db = rawDatabase(t, url)
    const listed = await db.listCollections().toArray()
    t.strictSame(
      listed.map(({ name }) => name).toSorted(),
      names.map(name => `pre_${name}`),
    )
    for (const { name } of listed) {
      const indexes = await db.collection(name).indexes()
      const shown = indexes.map(({ key, unique }) => JSON.stringify(key) + (unique ? ' unique' : '')).toSorted()
      t.strictSame(shown, ['{"_id":1}', '{"scope":1,"id":1}', '{"scope":1,"ids":1} unique'], name)
      for (const [what, change] of malformed) {
        const refused = await db
          .collection(name)
          .insertOne({ ...wellFormed(), ...change })
          .catch(error => error.code)
        t.equal(refused, 121, `${name}: ${what}`)
      }
      t.ok((await db.collection(name).insertOne(wellFormed())).acknowledged, 'and what is well-formed is not refused')
    }
  })

  await t.test('a start changes nothing of a database that is as it should be', async t => {
    const url = newDatabase(t, server)
    await openMongo(t, url)
    const db = rawDatabase(t, url)
    const shown = async () =>
      JSON.stringify([await db.listCollections().toArray(), await db.collection('keys').indexes()])
    const before = await shown()
    await openMongo(t, url)
    t.equal(await shown(), before)
  })

  await t.test('a start sets a changed validation right', async t => {
    const url = newDatabase(t, server)
    await (await openMongo(t, url)).add(record(1, 'a'))
    const db = rawDatabase(t, url)
    const changes: Document[] = [{ validator: {} }, { validationAction: 'warn' }, { validationLevel: 'off' }]
    for (const change of changes) {
      await db.command({ collMod: 'keys', ...change })
      const store = await openMongo(t, url)
      const refused = await db
        .collection('keys')
        .insertOne({ foreign: true })
        .catch(error => error.code)
      t.equal(refused, 121, JSON.stringify(change))
      t.ok(await store.find('keys', 'scope', 'a'))
    }
  })

  await t.test("another program's collections are refused, and not touched", async t => {
    const url = newDatabase(t, server)
    const db = rawDatabase(t, url)
    // The first is empty, but has an index of the same name.
    await db.collection('one_keys').createIndex({ something: 1 }, { name: 'ids' })
    await db.collection('two_keys').insertMany([{ name: 'a' }, { name: 'b' }])
    await db.collection('three_header').insertOne({ name: 'a' })
    await db.createCollection('four_keystores', { validator: { name: { $exists: true } } })
    await db.collection('four_keystores').insertOne({ name: 'a' })
    const theirs = ['two_keys', 'three_header', 'four_keystores']
    const shown = async () => {
      const options = await db.listCollections({ name: { $in: theirs } }).toArray()
      const indexes = await Promise.all(theirs.map(name => db.collection(name).indexes()))
      return JSON.stringify([options.toSorted((a, b) => (a.name < b.name ? -1 : 1)), indexes])
    }
    const before = await shown()
    for (const prefix of ['one_', 'two_', 'three_', 'four_']) {
      t.equal(await outcome(() => openMongoKeyStore({ url, ...patient, prefix })), 'STORE_MISMATCH', prefix)
    }
    t.equal(await shown(), before)
    await openMongo(t, url)
  })

  await t.test('nothing but text is an id', async t => {
    const store = await openMongo(t, newDatabase(t, server))
    await store.add(record(1, '\ufffd'))
    const others: unknown[] = [
      '\ud800',
      { $ne: '' },
      { $gt: '' },
      /^/,
      null,
      undefined,
      1,
      ['\ufffd'],
      new String('\ufffd'),
    ]
    for (const [i, other] of others.entries()) {
      const id = other as string
      t.equal(await outcome(() => store.find('keys', 'scope', id)), 'STORE_UNAVAILABLE', `find ${i}`)
      t.equal(await outcome(() => store.find('keys', id, '\ufffd')), 'STORE_UNAVAILABLE', `find in ${i}`)
      t.equal(await outcome(() => store.list('keys', id, 9)), 'STORE_UNAVAILABLE', `list ${i}`)
      t.equal(await outcome(() => store.add(record(1, id))), 'STORE_UNAVAILABLE', `add ${i}`)
      t.equal(await outcome(() => store.replace(record(2, '\ufffd', id))), 'STORE_UNAVAILABLE', `replace ${i}`)
      t.equal(await outcome(() => store.remove('keys', 'scope', id, 1)), 'STORE_UNAVAILABLE', `remove ${i}`)
    }
    t.match(await store.list('keys', 'scope', 9), [{ ids: ['\ufffd'], revision: 1 }])
  })

  await t.test('a document of another shape is STORE_CORRUPT', async t => {
    const url = newDatabase(t, server)
    const store = await openMongo(t, url)
    const keys = rawDatabase(t, url).collection('keys')
    for (const [what, change] of [...malformed, ...unreadable]) {
      await keys.deleteMany({})
      const document = { ...wellFormed(), ...change }
      await keys.insertOne(document, { bypassDocumentValidation: true, ignoreUndefined: true })
      if (document.scope !== 's') continue
      if (document.ids.includes('a'))
        t.equal(await outcome(() => store.find('keys', 's', 'a')), 'STORE_CORRUPT', `find: ${what}`)
      const together = ['a', 'other'].map(id => outcome(() => store.find('keys', id === 'a' ? 's' : 'scope', id)))
      const [own, others] = await Promise.all(together)
      if (document.ids.includes('a')) t.equal(own, 'STORE_CORRUPT', `find with others: ${what}`)
      t.equal(others, 'done', `and harms no other: ${what}`)
      t.equal(await outcome(() => store.list('keys', 's', 9)), 'STORE_CORRUPT', `list: ${what}`)
    }
  })

  await t.test('the options of the URL weaken nothing', async t => {
    const weak = 'w=0&journal=false&readConcernLevel=local&readPreference=secondaryPreferred'
    const store = await openMongo(t, withOptions(newDatabase(t, server), weak))
    await store.add(record(1, 'a'))
    t.equal(await outcome(() => store.add(record(1, 'a'))), 'ALREADY_EXISTS')
    t.equal(await outcome(() => store.replace(record(3, 'a'))), 'CONFLICT')
    t.equal(await outcome(() => store.replace(record(2, 'a'))), 'done')
  })
})

function wellFormed() {
  const body = new Binary(Buffer.from('body'))
  return { _id: new ObjectId(), scope: 's', id: 'a', ids: ['a', 'b'], revision: 1, body }
}
