import { inspect } from 'node:util'
import { openMongoKeyStore } from '@keyhold/adapters/store-mongo/mongo-key-store.js'
import { outcome } from '@keyhold/contract'
import { startMongo } from '@keyhold/scripts/servers/start.js'
import { MongoClient } from 'mongodb'
import t from 'tap'
import { record } from '../support/embedded-store.ts'
import { databaseUrl, newDatabase, openMongo, patient, withMongo } from '../support/mongo.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const foreign = 'somebody else runs it, and it cannot be stopped'

for (const replicaSet of [false, true]) {
  await withMongo(t, 'two that open a new database at once', { replicaSet }, async (t, server) => {
    for (let round = 0; round < 20; round += 1) {
      const url = newDatabase(t, server)
      const stores = await Promise.all([openMongo(t, url), openMongo(t, url)])
      const ended = await Promise.all(stores.map(store => outcome(() => store.add(record(1, 'a')))))
      t.strictSame(ended.toSorted(), ['ALREADY_EXISTS', 'done'], `round ${round}`)
    }
  })
}

await withMongo(t, 'a database that comes late', {}, async (t, server) => {
  if (server.process === undefined) return t.skip(foreign)
  const port = Number(new URL(server.url).port)
  const url = databaseUrl(server.url, 'kh_late')
  await server.stop()

  await t.test('is waited for, but not for ever', async t => {
    const progress: number[] = []
    const onWaiting = (seconds: number) => progress.push(seconds)
    const opened = openMongoKeyStore({ url, startTimeout: 2500, callTimeout: 500, onWaiting })
    t.equal(await outcome(() => opened), 'STORE_UNAVAILABLE')
    t.ok(progress.length > 0, 'and says that it waits')
    t.ok(
      progress.every(seconds => seconds >= 1),
      'for so many seconds',
    )
  })

  await t.test('is found when it comes', async t => {
    let waited: unknown
    const waiting = new Promise(resolve => {
      const onWaiting = (_: number, cause: unknown) => resolve((waited = cause))
      const opened = openMongo(t, url, { ...patient, callTimeout: 1000, onWaiting })
      t.resolveMatch(opened, { check: Function })
    })
    await waiting
    t.match(waited, { message: /ECONNREFUSED/ }, 'what it waits for is told')
    const late = await startMongo({ directory: await temporaryDirectory(t), port })
    if ('skip' in late) return t.fail(late.skip)
    t.teardown(() => late.stop())
    const store = await openMongo(t, url)
    t.equal(await outcome(() => store.add(record(1, 'a'))), 'done')
  })
})

await t.test('a server that asks for a password', async t => {
  const directory = await temporaryDirectory(t)
  const open = await startMongo({ directory })
  if ('skip' in open) return t.skip(open.skip)
  if (open.process === undefined) return open.stop().then(() => t.skip(foreign))
  const admin = new MongoClient(open.url)
  await admin.db('admin').command({ createUser: 'writer', pwd: 'right-word', roles: [{ role: 'readWrite', db: 'kh' }] })
  await admin.db('admin').command({ createUser: 'reader', pwd: 'right-word', roles: [{ role: 'read', db: 'kh' }] })
  await admin.close()
  await open.stop()
  const server = await startMongo({ directory, auth: true })
  if ('skip' in server) return t.fail(server.skip)
  t.teardown(() => server.stop())
  const urlOf = (credentials: string) =>
    `${databaseUrl(server.url, 'kh').replace('://', `://${credentials}@`)}&authSource=admin`

  await t.test('lets the right one in', async t => {
    const store = await openMongo(t, urlOf('writer:right-word'))
    t.equal(await outcome(() => store.add(record(1, 'a'))), 'done')
    t.ok(await store.find('keys', 'scope', 'a'))
    await openMongo(t, urlOf('writer:right-word'))
  })

  const refused = {
    'a wrong password': urlOf('writer:wrong-word'),
    'no such user': urlOf('nobody:right-word'),
    'a user who may not write': urlOf('reader:right-word').replace('/kh?', '/kh?'),
    'no password': databaseUrl(server.url, 'kh'),
  }
  for (const [name, url] of Object.entries(refused)) {
    await t.test(name, async t => {
      const options = { url, prefix: 'new_', startTimeout: 600_000, callTimeout: 10_000 }
      const error = await openMongoKeyStore(options).catch((error: unknown) => error)
      t.match(error, { code: 'STORE_UNAVAILABLE', message: /password/ }, 'is told at once')
      t.notMatch(inspect(error, { depth: 9, showHidden: true }), /-word|127\.0\.0\.1|mongodb:/, 'without the URL')
    })
  }
})
