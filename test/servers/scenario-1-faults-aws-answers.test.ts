import { kmsKeyArn } from '@keyhold/scripts/servers/start.js'
import t from 'tap'
import { answer, honestKms } from '../support/aws-kms-http.ts'
import { AwsKmsMemory } from '../support/aws-kms-memory.ts'
import { type Behaviour, faultyServer } from '../support/faulty-server.ts'
import { withMongo } from '../support/mongo.ts'
import { instance, outcomeOf, outcomes, repeated } from '../support/outage-client.ts'
import { faultSettings } from '../support/restartable-servers.ts'
import { until } from '../support/until.ts'

const kms = new AwsKmsMemory()
kms.addKey(kmsKeyArn)
const honest = honestKms(kms)

const error = (status: number, name: string): Behaviour => {
  return response => answer(response, status, { __type: name, message: 'canary' })
}

/** Milliseconds: when nobody waits for it any more. */
const tooLate = 10_000

/** What no emulator does. */
const faults: readonly (readonly [name: string, behaviour: Behaviour, outcome: string])[] = [
  ['throttles', error(400, 'ThrottlingException'), outcomes.lockUnavailable],
  ['has a problem', error(500, 'KMSInternalException'), outcomes.lockUnavailable],
  [
    'is slow',
    (...request) => {
      const timer = setTimeout(() => honest(...request), tooLate)
      request[0].on('close', () => clearTimeout(timer))
    },
    outcomes.lockUnavailable,
  ],
  ['lets nobody in', error(400, 'AccessDeniedException'), outcomes.lockRefused],
  ['knows other credentials', error(400, 'UnrecognizedClientException'), outcomes.lockRefused],
]

await withMongo(t, 'AWS KMS that answers something else', {}, async (t, mongo, directory) => {
  const server = await faultyServer(t)
  server.behave(honest)
  const { service, client } = await instance(t, {
    directory,
    environment: faultSettings({ kms: server, mongo }, 'kh_answers', 'kms'),
  })
  const { keystore, key } = await client.newKey()
  const { signature } = await repeated(() => client.sign(key))

  for (const [name, behaviour, outcome] of faults) {
    await t.test(`it ${name}`, async t => {
      server.behave(behaviour)
      const calls = {
        'a new keystore': () => client.createKeystore(),
        'a new key': () => client.createKey(keystore),
        'a signature': () => client.sign(key),
        'a rotation': () => client.rotate(key),
      }
      const answers = await Promise.all(Object.values(calls).map(send => send()))
      for (const [index, call] of Object.keys(calls).entries()) {
        const given = answers[index]
        t.equal(given && outcomeOf(given), outcome, call)
        t.notMatch(JSON.stringify(given?.body), /canary/)
      }
      // It may have been found out a moment before that all is well.
      await until(async () => (await client.ready()).status === 503)
      t.match((await client.ready()).body, { status: 'unavailable', store: 'ok', lock: 'unavailable' })

      server.behave(honest)
      await until(async () => (await client.ready()).status === 200)
      t.strictSame(await repeated(() => client.sign(key)), { signature }, 'the old key signs')
      t.ok(await repeated(() => client.createKey(keystore)))
      t.ok(await repeated(() => client.createKeystore()))
    })
  }
  t.notMatch(service.output(), /canary/, 'nothing of the answers is logged')
})
