import { openMongoKeyStore } from '@keyhold/adapters/store-mongo/mongo-key-store.js'
import { outcome, tally } from '@keyhold/contract'
import t from 'tap'
import { record } from '../support/embedded-store.ts'
import { newDatabase, openMongo, patient, withKillableMongo, withOptions } from '../support/mongo.ts'
import { until } from '../support/until.ts'

for (const replicaSet of [false, true]) {
  await withKillableMongo(t, 'a server that hangs', { replicaSet }, async (t, server) => {
    const { kill } = server.process

    await t.test('every call ends in time, and the store recovers by itself', async t => {
      const callTimeout = 500
      const url = newDatabase(t, server)
      const store = await openMongo(t, url, { callTimeout })
      await store.add(record(1, 'a'))
      kill('SIGSTOP')
      t.teardown(() => kill('SIGCONT'))
      const calls: Record<string, () => Promise<unknown>> = {
        find: async () => store.find('keys', 'scope', 'a'),
        list: () => store.list('keys', 'scope', 9),
        add: () => store.add(record(1, 'b')),
        replace: () => store.replace(record(2, 'a')),
        remove: () => store.remove('keys', 'scope', 'a', 1),
        check: () => store.check(),
      }
      // Far beyond the deadline, and far before the driver's own: a stopped server would keep it for minutes.
      const budget = 5000
      for (const [name, call] of Object.entries(calls)) {
        const began = performance.now()
        t.equal(await outcome(call), 'STORE_UNAVAILABLE', name)
        t.ok(performance.now() - began < budget, `${name} in time`)
      }
      const opened = openMongoKeyStore({ url, startTimeout: 1000, callTimeout })
      t.equal(await outcome(() => opened), 'STORE_UNAVAILABLE', 'a start too')
      kill('SIGCONT')
      await until(async () => (await outcome(() => store.check())) === 'done')
      t.equal(await outcome(() => store.add(record(1, 'after'))), 'done')
      t.ok(await store.find('keys', 'scope', 'after'))
    })

    await t.test('a close ends in time', async t => {
      const store = await openMongo(t, newDatabase(t, server), { callTimeout: 500 })
      kill('SIGSTOP')
      t.teardown(() => kill('SIGCONT'))
      t.equal(await outcome(() => store.close()), 'done')
      t.equal(await outcome(() => store.check()), 'STORE_UNAVAILABLE')
    })

    await t.test('calls beyond a thousand are refused, and do not wait', async t => {
      const store = await openMongo(t, withOptions(newDatabase(t, server), 'maxPoolSize=10'), {
        ...patient,
        callTimeout: 20_000,
      })
      kill('SIGSTOP')
      t.teardown(() => kill('SIGCONT'))
      let ended = 0
      const find = async () => {
        try {
          return await store.find('keys', 'scope', 'a')
        } finally {
          ended += 1
        }
      }
      const waiting = tally(Array.from({ length: 1000 }, () => find))
      const refused = await outcome(() => store.find('keys', 'scope', 'a'))
      t.equal(ended, 0, 'while the others wait')
      t.equal(refused, 'STORE_UNAVAILABLE')
      kill('SIGCONT')
      t.strictSame(await waiting, { done: 1000 })
      t.equal(await outcome(find), 'done', 'and then there is room again')
    })
  })
}
