import { inspect } from 'node:util'
import { outcome } from '@keyhold/contract'
import type { KeyStorePort, StoredRecord } from '@keyhold/core'
import type { Server } from '@keyhold/scripts/servers/start.js'
import type { Document } from 'mongodb'
import t, { type Test } from 'tap'
import { record } from '../support/embedded-store.ts'
import { newDatabase, openMongo, rawDatabase, withMongo, withOptions } from '../support/mongo.ts'
import { until } from '../support/until.ts'

/** A retry waits for the next look at the server, which would be ten seconds away. */
const lookOften = 'serverMonitoringMode=poll&heartbeatFrequencyMS=500'

interface Fault {
  readonly name: string
  /** Of the fail point `failCommand`. */
  readonly data: Document
  readonly times?: number
  /** What an add comes to, and a replacement if that is another thing. */
  readonly outcome: string
  readonly replaced?: string
  /** Whether what was to be added is there afterwards. */
  readonly stored: boolean
}

const refusals: readonly Fault[] = [
  ...[13, 50, 14031].map(errorCode => ({
    name: `the error ${errorCode}`,
    data: { errorCode },
    outcome: 'STORE_UNAVAILABLE',
    stored: false,
  })),
  // Nothing was written, but an add knows no conflict.
  {
    name: 'a write conflict',
    data: { errorCode: 112 },
    outcome: 'STORE_UNAVAILABLE',
    replaced: 'CONFLICT',
    stored: false,
  },
  {
    name: 'an acknowledgement of too few members',
    data: { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
    outcome: 'STORE_UNAVAILABLE',
    stored: true,
  },
]

const standalone: readonly Fault[] = [
  ...[91, 10107, 11600].map(errorCode => ({
    name: `the error ${errorCode}`,
    data: { errorCode },
    outcome: 'STORE_UNAVAILABLE',
    stored: false,
  })),
  { name: 'a cut connection', data: { closeConnection: true }, outcome: 'STORE_UNAVAILABLE', stored: false },
]

const replicaSet: readonly Fault[] = [
  { name: 'a cut connection', data: { closeConnection: true }, outcome: 'done', stored: true },
  {
    name: 'two cut connections',
    data: { closeConnection: true },
    times: 2,
    outcome: 'STORE_UNAVAILABLE',
    stored: false,
  },
  // Another primary, or one that goes: the write is made again, once.
  ...[91, 10107, 11600].map(errorCode => ({
    name: `the error ${errorCode}`,
    data: { errorCode, errorLabels: ['RetryableWriteError'] },
    outcome: 'done',
    stored: true,
  })),
]

await withMongo(t, 'faults of writes', { failPoints: true }, async (t, server) => {
  for (const fault of [...refusals, ...standalone]) await t.test(fault.name, t => faultOfWrites(t, server, fault))
})

await withMongo(t, 'faults of writes', { failPoints: true, replicaSet: true }, async (t, server) => {
  for (const fault of [...refusals, ...replicaSet]) await t.test(fault.name, t => faultOfWrites(t, server, fault))

  await t.test('faults of reads', async t => {
    const { store, failing } = await storeWithFaults(t, server)
    await store.add(record(1, 'a'))
    const reads = { find: () => store.find('keys', 'scope', 'a'), list: () => store.list('keys', 'scope', 9) }
    for (const [name, read] of Object.entries(reads)) {
      await failing({ failCommands: ['find'], closeConnection: true }, 1)
      t.equal(await outcome(read), 'done', `${name}: a cut connection`)
      await failing({ failCommands: ['find'], closeConnection: true }, 2)
      t.equal(await outcome(read), 'STORE_UNAVAILABLE', `${name}: two cut connections`)
      for (const errorCode of [13, 50, 96]) {
        await failing({ failCommands: ['find'], errorCode }, 1)
        t.equal(await outcome(read), 'STORE_UNAVAILABLE', `${name}: the error ${errorCode}`)
      }
    }
    await failing({ failCommands: ['ping'], errorCode: 13 }, 1)
    t.equal(await outcome(() => store.check()), 'STORE_UNAVAILABLE')
    t.equal(await outcome(() => store.check()), 'done')
  })

  await t.test('a write that outlives its deadline may be stored, and can be repeated', async t => {
    const { url, store, failing } = await storeWithFaults(t, server, 300)
    await failing({ failCommands: ['insert', 'update', 'delete'], blockConnection: true, blockTimeMS: 1000 }, 3)
    t.equal(await outcome(() => store.add(record(1, 'a'))), 'STORE_UNAVAILABLE')
    const keys = rawDatabase(t, url).collection('keys')
    await until(async () => (await keys.countDocuments({ id: 'a' })) === 1)
    t.equal(await outcome(() => store.add(record(1, 'a'))), 'STORE_UNAVAILABLE')
    t.equal(await outcome(() => store.replace(record(2, 'a'))), 'STORE_UNAVAILABLE')
    await until(async () => (await keys.countDocuments({ id: 'a', revision: 2 })) === 1)
    t.equal(await outcome(() => store.add(record(1, 'a'))), 'ALREADY_EXISTS')
    t.equal(await outcome(() => store.replace(record(2, 'a'))), 'CONFLICT')
    t.match(await store.find('keys', 'scope', 'a'), record(2, 'a'))
  })
})

async function faultOfWrites(t: Test, server: Server, fault: Fault): Promise<void> {
  const { store, failing } = await storeWithFaults(t, server)
  const { data, times = 1 } = fault
  const isThere = async (expected: StoredRecord) =>
    (await store.find('keys', 'scope', expected.ids[0]))?.revision === expected.revision
  await store.add(record(1, 'old', 'old too'))

  await failing({ failCommands: ['insert'], ...data }, times)
  const added = await ended(() => store.add(record(1, 'secret-id')))
  t.equal(added.code, fault.outcome, 'add')
  t.notMatch(inspect(added, { depth: 9, showHidden: true }), /secret-id|body 1|127\.0\.0\.1/, 'and nothing is told')
  t.equal(await isThere(record(1, 'secret-id')), fault.stored)

  await failing({ failCommands: ['insert'], ...data }, times)
  const several = ['one', 'old too', 'two'].map(id => ended(() => store.add(record(3, id))))
  const together = await Promise.all(several)
  t.notMatch(inspect(together, { depth: 9, showHidden: true }), /old too|body 3|127\.0\.0\.1/)
  const refused = fault.stored ? 'ALREADY_EXISTS' : fault.outcome
  const codes = together.map(({ code }) => code)
  t.strictSame(codes, [fault.outcome, refused, fault.outcome], 'adds of one turn')
  for (const id of ['one', 'two']) t.equal(await isThere(record(3, id)), fault.stored, id)

  await failing({ failCommands: ['update'], ...data }, times)
  t.equal(await outcome(() => store.replace(record(2, 'old', 'old too'))), fault.replaced ?? fault.outcome, 'replace')
  t.equal(await isThere(record(fault.stored ? 2 : 1, 'old')), true)

  await failing({ failCommands: ['delete'], ...data }, times)
  const removed = await outcome(() => store.remove('keys', 'scope', 'old', fault.stored ? 2 : 1))
  t.equal(removed, fault.replaced ?? fault.outcome, 'remove')
  t.equal((await store.find('keys', 'scope', 'old too')) === undefined, fault.stored)
  t.equal(await outcome(() => store.add(record(1, 'after'))), 'done', 'and it goes on')
}

interface FaultyStore {
  readonly url: string
  readonly store: KeyStorePort
  readonly failing: (data: Document, times: number) => Promise<void>
}

/** A store whose commands alone the fail points concern, for they know it by its name. */
async function storeWithFaults(t: Test, server: Server, callTimeout = 10_000): Promise<FaultyStore> {
  const url = newDatabase(t, server)
  const db = rawDatabase(t, url)
  const appName = `store of ${db.databaseName}`
  const store = await openMongo(t, withOptions(url, `${lookOften}&appName=${encodeURIComponent(appName)}`), {
    callTimeout,
  })
  const admin = db.client.db('admin')
  const failing = async (data: Document, times: number) => {
    const configureFailPoint = { configureFailPoint: 'failCommand', mode: { times }, data: { appName, ...data } }
    await admin.command(configureFailPoint)
  }
  t.teardown(() => admin.command({ configureFailPoint: 'failCommand', mode: 'off' }))
  return { url, store, failing }
}

async function ended(call: () => Promise<unknown>): Promise<{ code?: string; cause?: unknown }> {
  return call().then(
    () => ({ code: 'done' }),
    error => error,
  )
}
