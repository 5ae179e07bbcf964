import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { kmsKeyArn } from '@keyhold/scripts/servers/start.js'
import { runService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { useTestCredentials } from '../support/aws-environment.ts'
import { rawDatabase } from '../support/mongo.ts'
import { instance, outcomeOf, outcomes, repeated } from '../support/outage-client.ts'
import { faultSettings, withRestartableServers } from '../support/restartable-servers.ts'
import { until } from '../support/until.ts'

useTestCredentials()

await withRestartableServers(t, 'AWS KMS that is away', async (t, servers) => {
  const { directory, kms } = servers

  await t.test('what is open goes on, what is not waits until it is back', async t => {
    const environment = { ...faultSettings(servers, 'kh_away', 'kms'), KMS_KMS_CACHE_TTL: '10m' }
    const earlier = await instance(t, { directory, environment })
    const open = await earlier.client.newKey()
    const faults = [
      { fault: 'killed', begin: kms.kill, end: kms.start, ...(await earlier.client.newKey()) },
      {
        fault: 'stopped',
        begin: () => kms.signal('SIGSTOP'),
        end: () => kms.signal('SIGCONT'),
        ...(await earlier.client.newKey()),
      },
    ]
    const expected = new Map<string, string>()
    for (const { key } of [open, ...faults]) {
      expected.set(key, (await repeated(() => earlier.client.sign(key))).signature)
    }
    await earlier.service.stop()
    const { client } = await instance(t, { directory, environment })
    await repeated(() => client.sign(open.key))

    for (const { fault, begin, end, keystore, key } of faults) {
      await t.test(fault, async t => {
        await begin()
        t.equal(outcomeOf(await client.createKeystore()), outcomes.lockUnavailable, 'a new keystore')
        t.equal(outcomeOf(await client.createKey(keystore)), outcomes.lockUnavailable, 'a new key')
        t.equal(outcomeOf(await client.sign(key)), outcomes.lockUnavailable, 'a signature')
        t.equal(outcomeOf(await client.rotate(key)), outcomes.lockUnavailable, 'a rotation')
        t.equal(outcomeOf(await client.verify(key, expected.get(key) ?? '')), outcomes.done, 'what needs no lock')
        t.strictSame(
          await repeated(() => client.sign(open.key)),
          { signature: expected.get(open.key) },
          'what is open signs',
        )
        t.ok(await repeated(() => client.createKey(open.keystore)), 'and locks new keys')
        // It may have been found out a moment before that all is well.
        await until(async () => (await client.ready()).status === 503)
        t.match((await client.ready()).body, { status: 'unavailable', store: 'ok', lock: 'unavailable' })
        t.equal((await client.send('GET', '/healthcheck')).status, 200)

        await end()
        await until(async () => (await client.ready()).status === 200)
        t.ok(await repeated(() => client.createKeystore()))
        t.ok(await repeated(() => client.createKey(keystore)))
      })
    }
  })

  await t.test('at the start', async t => {
    const environment = faultSettings(servers, 'kh_start', 'kms')
    t.teardown(() => kms.signal('SIGCONT'))
    kms.signal('SIGSTOP')
    const hanging = await runService({ directory, environment })
    await kms.kill()
    const gone = await runService({ directory, environment })
    for (const { code, output } of [hanging, gone]) {
      t.equal(code, 1)
      t.match(output, /"level":60,.*"msg":"the lock does not answer"/)
    }
    t.strictSame(await rawDatabase(t, environment['KMS_DATABASE_URL'] ?? '').collections(), [], 'nothing is stored')
    await kms.start()
    await instance(t, { directory, environment })
  })
})

await withRestartableServers(t, 'a key in AWS KMS that must not be used', async (t, servers) => {
  const { directory, kms } = servers
  const { client } = await instance(t, { directory, environment: faultSettings(servers, 'kh_state') })
  const { key, keystore } = await client.newKey()
  const { signature } = await repeated(() => client.sign(key))
  const admin = new KMSClient({ region: 'eu-west-2', endpoint: kms.url })
  t.teardown(() => admin.destroy())
  const KeyId = kmsKeyArn

  const refusals = [
    {
      name: 'disabled',
      refuse: () => admin.send(new DisableKeyCommand({ KeyId })),
      allow: () => admin.send(new EnableKeyCommand({ KeyId })),
    },
    {
      name: 'to be deleted',
      refuse: () => admin.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
      async allow() {
        await admin.send(new CancelKeyDeletionCommand({ KeyId }))
        // AWS leaves it disabled then, the emulator does not.
        await admin.send(new EnableKeyCommand({ KeyId }))
      },
    },
  ] as const
  for (const { name, refuse, allow } of refusals) {
    await t.test(`${name} while fifty sign, and kept`, async t => {
      const counts: Record<string, number> = {}
      let signing = true
      const sign = async () => {
        while (signing) {
          const answer = await client.sign(key)
          const outcome = outcomeOf(answer)
          counts[outcome] = (counts[outcome] ?? 0) + 1
          if (answer.status === 200 && answer.body.signature !== signature) throw new Error('another key has signed')
        }
      }
      const seen = (outcome: string, more: number) => until(() => (counts[outcome] ?? 0) >= more)
      const signers = Array.from({ length: 50 }, sign)
      await seen(outcomes.done, 50)
      await refuse()
      await seen(outcomes.lockRefused, 50)
      t.equal(outcomeOf(await client.createKeystore()), outcomes.lockRefused, 'a new keystore')
      t.equal(outcomeOf(await client.createKey(keystore)), outcomes.lockRefused, 'a new key')
      // It may have been found out a moment before that all is well.
      await until(async () => (await client.ready()).status === 503)
      t.match((await client.ready()).body, { status: 'unavailable', store: 'ok', lock: 'unavailable' })
      await allow()
      await seen(outcomes.done, (counts[outcomes.done] ?? 0) + 50)
      signing = false
      await Promise.all(signers)
      t.strictSame(Object.keys(counts).sort(), [outcomes.done, outcomes.lockRefused])
      await until(async () => (await client.ready()).status === 200)
      t.ok(await repeated(() => client.createKeystore()))
    })
  }
})
