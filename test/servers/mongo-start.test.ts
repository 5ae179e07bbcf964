import { inspect } from 'node:util'
import { openMongoKeyStore } from '@keyhold/adapters/store-mongo/mongo-key-store.js'
import { outcome } from '@keyhold/contract'
import { startMongo } from '@keyhold/scripts/servers/start.js'
import t from 'tap'
import { record } from '../support/embedded-store.ts'
import {
  databaseUrl,
  newDatabase,
  openMongo,
  patient,
  withKillableMongo,
  withMongo,
  withOptions,
} from '../support/mongo.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

/** Who may do what in the database `kh`. */
const users = [
  { createUser: 'writer', pwd: 'right-word', roles: [{ role: 'readWrite', db: 'kh' }] },
  { createUser: 'reader', pwd: 'right-word', roles: [{ role: 'read', db: 'kh' }] },
]

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

await withKillableMongo(t, 'a database that comes late', {}, async (t, server) => {
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
    const causes: unknown[] = []
    const opened = openMongo(t, url, { ...patient, callTimeout: 1000, onWaiting: (_, cause) => causes.push(cause) })
    await until(() => causes.length > 1)
    t.match(causes.at(-1), { message: /ECONNREFUSED/ }, 'what it waits for is told')
    const late = await startMongo({ directory: await temporaryDirectory(t), port })
    t.notOk('skip' in late)
    const store = await opened
    t.equal(await outcome(() => store.add(record(1, 'a'))), 'done')
    await store.close()
    if ('stop' in late) await late.stop()
  })
})

await withMongo(t, 'a prefix that makes no names', {}, async (t, server) => {
  for (const prefix of ['.', 'a$', 'a\0', 'a'.repeat(255)]) {
    const options = { url: newDatabase(t, server), prefix, startTimeout: 600_000, callTimeout: 10_000 }
    const error = await openMongoKeyStore(options).catch((error: unknown) => error)
    t.match(error, { code: 'STORE_UNAVAILABLE', message: /prefix/ }, 'is told at once')
  }
})

await withMongo(t, 'a server that knows its users', { users }, async (t, server) => {
  const urlOf = (credentials: string) =>
    withOptions(databaseUrl(server.url, 'kh').replace('://', `://${credentials}@`), 'authSource=admin')

  await t.test('lets the right one in', async t => {
    for (let round = 0; round < 2; round += 1) {
      const store = await openMongo(t, urlOf('writer:right-word'))
      t.equal(await outcome(() => store.add(record(1, `${round}`))), 'done')
    }
  })

  const refused = {
    'a wrong password': urlOf('writer:wrong-word'),
    'no such user': urlOf('nobody:right-word'),
    'a user who may not write': urlOf('reader:right-word'),
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
