import { inspect } from 'node:util'
import { closeDatabase, openDatabase } from '@keyhold/adapters/store-mongo/mongo-client.js'
import { openMongoKeyStore } from '@keyhold/adapters/store-mongo/mongo-key-store.js'
import t from 'tap'

await t.test('the path of the URL names the database', async t => {
  const names = {
    'mongodb://host': 'keyhold',
    'mongodb://host/': 'keyhold',
    'mongodb://host?appName=a/b': 'keyhold',
    'mongodb://host/?appName=a': 'keyhold',
    'mongodb://user:p%2Fss@host,other:27018/?authSource=a': 'keyhold',
    'mongodb://host/keys': 'keys',
    'mongodb://user:p%2Fss@host,other:27018/test?authSource=a': 'test',
    'mongodb+srv://host.example.com/keys': 'keys',
  }
  for (const [url, name] of Object.entries(names)) {
    const database = openDatabase(url, '', 1000, {})
    t.equal(database.db.databaseName, name, url)
    await closeDatabase(database, 1000)
  }
})

await t.test('no option of the URL changes what a write and a read are', async t => {
  const weak = 'w=0&journal=false&wtimeoutMS=1&readConcernLevel=local&readPreference=secondary'
  for (const url of ['mongodb://host', `mongodb://host/?${weak}`]) {
    const { collections } = openDatabase(url, 'pre_', 1000, {})
    for (const { collectionName, writeConcern, readConcern, readPreference } of Object.values(collections)) {
      t.match(collectionName, /^pre_/)
      t.match(writeConcern, { w: 'majority', journal: true, wtimeoutMS: 1000 })
      t.equal(readConcern?.level, 'majority')
      t.equal(readPreference?.mode, 'primary')
    }
  }
})

await t.test('what can be no URL is told at once, without the URL', async t => {
  const wrong = [
    '',
    'secret',
    'http://secret@host',
    'mongodb://',
    'mongodb://user:secret@',
    'mongodb://user:sec/ret@host',
    'mongodb://user:secret@host:port',
    'mongodb://user:%secret@host',
    'mongodb://user:secret@host/?secret=1',
    'mongodb://user:secret@host/?w=-secret&tls=secret',
    'mongodb+srv://user:secret@host.example.com:27017',
    'mongodb://user:secret@host/a.b',
  ]
  for (const url of wrong) {
    const options = { url, startTimeout: 600_000, callTimeout: 600_000 }
    const error = await openMongoKeyStore(options).catch((error: unknown) => error)
    t.match(error, { code: 'STORE_UNAVAILABLE', message: /URL/ }, url)
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), /sec|ret@|host/)
  }
})
