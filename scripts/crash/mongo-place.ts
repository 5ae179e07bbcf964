import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeMasterKeyFile } from '@keyhold/adapters'
import type { Collection, StoredRecord } from '@keyhold/core'
import { type Binary, type Db, MongoClient } from 'mongodb'
import { databaseUrl, type Server, startMongo } from '../servers/start.ts'
import type { Place } from './place.ts'
import { type FoundRecord, type Stored, takeStock } from './stored.ts'

/** A record as it lies in a collection. */
interface Document {
  readonly scope: string
  readonly id: string
  readonly ids: [string, ...string[]]
  readonly revision: number
  readonly body: Binary
}

const collections: readonly (readonly [Collection, name: string])[] = [
  ['header', 'header'],
  ['server-keys', 'server_keys'],
  ['keystores', 'keystores'],
  ['keys', 'keys'],
  ['revocations', 'revocations'],
  ['sessions', 'sessions'],
  ['log', 'log'],
]

/** Milliseconds between two looks at what a first start has changed. */
const interval = 2

/**
 * A database process of its own over a directory, and two instances of the service that share it: one remembers records
 * for a moment, as by default, and one reads them for each request.
 *
 * @throws Error if there is no server to be had here
 */
export async function openMongoPlace(directory: string): Promise<Place> {
  const start = async (port = 0): Promise<Server> => {
    const server = await startMongo({ directory, port })
    if ('skip' in server) throw new Error(server.skip)
    if (server.process === undefined) throw new Error(`${server.name} cannot be killed from here`)
    return server
  }
  let server = await start()
  const url = databaseUrl(server.url, 'keyhold')
  const port = Number(new URL(server.url).port)
  const masterKey = join(directory, 'master.key')
  await makeMasterKeyFile(masterKey)
  const environment = {
    KMS_DATABASE_TYPE: 'mongodb',
    KMS_DATABASE_URL: url,
    KMS_SECRET_LOCK_KEY_PATH: masterKey,
  }
  const staleness = 1000
  return {
    environments: [
      { ...environment, KMS_RECORD_CACHE_TTL: `${staleness}ms` },
      { ...environment, KMS_RECORD_CACHE_TTL: '0' },
    ],
    victims: [
      { name: 'the first instance', instances: [0], database: false },
      { name: 'the second instance', instances: [1], database: false },
      { name: 'both instances', instances: [0, 1], database: false },
      { name: 'the database', instances: [], database: true },
    ],
    database: {
      async kill() {
        server.process?.kill('SIGKILL')
        await server.stop()
      },
      async restart() {
        server = await start(port)
      },
    },
    staleness,
    changesOfFirstStart: 8,
    changed: (times, signal) => withDatabase(url, database => changed(database, times, signal)),
    read: () => withDatabase(url, readStored),
    close: () => server.stop(),
  }
}

async function withDatabase<T>(url: string, use: (database: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 })
  try {
    return await use(client.db())
  } finally {
    await client.close()
  }
}

async function readStored(database: Db): Promise<Stored> {
  const found: FoundRecord[] = []
  for (const [collection, name] of collections) {
    const documents = database.collection<Document>(name, {
      readPreference: 'primary',
      readConcern: { level: 'majority' },
    })
    for await (const document of documents.find()) found.push(foundRecord(collection, document))
  }
  return takeStock(found)
}

function foundRecord(collection: Collection, { scope, id, ids, revision, body }: Document): FoundRecord {
  const record: StoredRecord = { collection, scope, ids, revision, body: body.value() }
  return { id, record }
}

/** Collections and documents come into being one by one. */
async function changed(database: Db, times: number, signal: AbortSignal): Promise<void> {
  for (let count = 0; count < times && !signal.aborted; await sleep(interval)) {
    const names = (await database.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
    const sizes = await Promise.all(names.map(name => database.collection(name).countDocuments()))
    count = sizes.reduce((sum, size) => sum + size, names.length)
  }
}
