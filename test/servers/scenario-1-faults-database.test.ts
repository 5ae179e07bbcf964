import type { Document } from 'mongodb'
import t, { type Test } from 'tap'
import { rawDatabase } from '../support/mongo.ts'
import {
  instance,
  type KeyPaths,
  type OutageClient,
  outcomeOf,
  outcomes,
  pathOf,
  repeated,
  settled,
} from '../support/outage-client.ts'
import { RepeatableImport } from '../support/repeatable-import.ts'
import { faultSettings, type RestartableServers, withRestartableServers } from '../support/restartable-servers.ts'
import { until } from '../support/until.ts'

/** Everything that needs the database is refused, and so is readiness. */
async function isRefused(t: Test, client: OutageClient, { keystore, key }: KeyPaths): Promise<void> {
  const calls = {
    'a new keystore': () => client.createKeystore(),
    'a new key': () => client.createKey(keystore),
    'a signature': () => client.sign(key),
    'a rotation': () => client.rotate(key),
    'a public key': () => client.exportKey(key),
  }
  const answers = await Promise.all(Object.values(calls).map(send => send()))
  t.strictSame(
    answers.map(outcomeOf),
    answers.map(() => outcomes.storeUnavailable),
    Object.keys(calls).join(', '),
  )
  // It may have been found out a moment before that all is well.
  await until(async () => (await client.ready()).status === 503)
  t.match((await client.ready()).body, { status: 'unavailable', store: 'unavailable', lock: 'ok' })
  t.equal((await client.send('GET', '/healthcheck')).status, 200)
}

/** And everything works again, without a start of the service. */
async function isServed(t: Test, client: OutageClient, { keystore, key }: KeyPaths, signature: string): Promise<void> {
  await until(async () => (await client.ready()).status === 200)
  t.strictSame(await repeated(() => client.sign(key)), { signature })
  t.ok(await repeated(() => client.createKey(keystore)))
  t.ok(await client.newKey())
}

for (const replicaSet of [false, true]) {
  await withRestartableServers(t, 'a database that fails', drills, { replicaSet })
}

async function drills(t: Test, servers: RestartableServers): Promise<void> {
  const { directory, mongo } = servers
  const environment = faultSettings(servers, 'kh_fails', 'mongo')
  const { client } = await instance(t, { directory, environment })
  const known = await client.newKey()
  const { signature } = await repeated(() => client.sign(known.key))

  await t.test('it is killed, and started again', async t => {
    await mongo.kill()
    await isRefused(t, client, known)
    await mongo.start()
    await isServed(t, client, known, signature)
  })

  await t.test('it hangs, and goes on: what was written meanwhile is there whole, or not at all', async t => {
    mongo.signal('SIGSTOP')
    t.teardown(() => mongo.signal('SIGCONT'))
    await isRefused(t, client, known)
    const imports = Array.from({ length: 8 }, (_, i) => new RepeatableImport(known.keystore, `hung-${i}`))
    for (const answer of await Promise.all(imports.map(each => each.send(client)))) {
      t.equal(outcomeOf(answer), outcomes.storeUnavailable)
    }
    mongo.signal('SIGCONT')
    await isServed(t, client, known, signature)
    for (const each of imports) await each.isWholeOrAbsent(t, client)
  })

  await t.test('it is killed while keys are made: those that were answered are there', async t => {
    const made = new Map<string, string>()
    const make = async () => {
      for (;;) {
        const answer = await client.createKey(known.keystore)
        if (answer.status !== 200) return outcomeOf(answer)
        made.set(pathOf(answer.body.key_url), answer.body.public_key)
      }
    }
    for (let round = 1; round <= 2; round += 1) {
      const enough = made.size + 40
      const makers = Array.from({ length: 8 }, make)
      await until(() => made.size >= enough)
      await mongo.kill()
      for (const ended of await Promise.all(makers)) t.equal(ended, outcomes.storeUnavailable)
      await mongo.start()
      await isServed(t, client, known, signature)
      const lost: string[] = []
      for (const [key, publicKey] of made) {
        const { public_key } = (await settled(() => client.exportKey(key))).body
        const { status } = await settled(() => client.sign(key))
        if (public_key !== publicKey || status !== 200) lost.push(key)
      }
      t.strictSame(lost, [], `${made.size} keys`)
    }
  })

  await t.test('its disk is full: nothing can be written, and everything be used', async t => {
    const admin = rawDatabase(t, mongo.url).client.db('admin')
    const outOfDiskSpace = { failCommands: ['insert', 'update'], errorCode: 14031 }
    const fail = (mode: string, data: Document) => admin.command({ configureFailPoint: 'failCommand', mode, data })
    t.teardown(() => fail('off', {}))
    await fail('alwaysOn', outOfDiskSpace)
    t.equal(outcomeOf(await client.createKeystore()), outcomes.storeUnavailable)
    t.equal(outcomeOf(await client.createKey(known.keystore)), outcomes.storeUnavailable)
    t.equal(outcomeOf(await client.rotate(known.key)), outcomes.storeUnavailable)
    t.strictSame(await repeated(() => client.sign(known.key)), { signature }, 'and the key is the old one')
    await fail('off', {})
    await isServed(t, client, known, signature)
    t.ok(await repeated(() => client.rotate(known.key)))
  })
}
