import type { Answer } from '@keyhold/scripts/http-client.js'
import { CallRecord, lineOf } from '@keyhold/scripts/servers/call-record.js'
import { recordKms, recordMongo } from '@keyhold/scripts/servers/recording-proxy.js'
import t from 'tap'
import { rawDatabase } from '../support/mongo.ts'
import { instance, outcomeOf, outcomes, repeated, settled } from '../support/outage-client.ts'
import { RepeatableImport } from '../support/repeatable-import.ts'
import { faultSettings, withRestartableServers } from '../support/restartable-servers.ts'
import { until } from '../support/until.ts'

await withRestartableServers(
  t,
  'a database that is killed between the call to AWS and the write',
  async (t, servers) => {
    const { directory, mongo } = servers
    const record = new CallRecord()
    const proxies = { kms: await recordKms(servers.kms.url, record), mongo: await recordMongo(mongo.url, record) }
    const { valve } = proxies.mongo
    t.teardown(() => Promise.all([proxies.kms.stop(), proxies.mongo.stop()]))
    // What was read is known for long: of each request the database sees its write alone.
    const environment = { ...faultSettings(proxies, 'kh_between'), KMS_RECORD_CACHE_TTL: '1h' }
    const { client } = await instance(t, { directory, environment })
    const { keystore, key } = await client.newKey()
    const { signature } = await repeated(() => client.sign(key))
    const database = rawDatabase(t, faultSettings(servers, 'kh_between')['KMS_DATABASE_URL'] ?? '')

    /** Every record, byte by byte. */
    const stored = async () => {
      const documents = await Promise.all(
        ['keystores', 'keys'].map(name => database.collection(name).find({}, { raw: true }).sort({ _id: 1 }).toArray()),
      )
      return documents.flat().map(bytes => (bytes as unknown as Buffer).toString('base64'))
    }

    const writes = [
      ['a new keystore', () => client.createKeystore(), 'AWS Encrypt keystore-lock-key', 'database insert keystores'],
      ['a new key', () => client.createKey(keystore), 'AWS Decrypt keystore-lock-key', 'database insert keys'],
      ['a rotation', () => client.rotate(key), 'AWS Decrypt keystore-lock-key', 'database update keys'],
    ] as const

    for (const [name, send, lock, write] of writes) {
      await t.test(`${name}, before its write`, async t => {
        const before = await stored()
        const from = record.now
        valve.pause('requests')
        const sent = send()
        await until(() => record.since(from).some(moment => lineOf(moment) === `→ ${write}`))
        t.strictSame(record.since(from).map(lineOf), [`→ ${lock}`, `← ${lock}`, `→ ${write}`])
        await mongo.kill()
        t.equal(outcomeOf(await sent), outcomes.storeUnavailable)
        valve.resume()
        await mongo.start()
        t.strictSame(await repeated(() => client.sign(key)), { signature })
        t.strictSame(await stored(), before, 'nothing was written')
        t.ok(await repeated(send), 'and it works when it is repeated')
        t.equal((await stored()).length, before.length + (name === 'a rotation' ? 0 : 1), 'once')
      })
    }

    /** Sends a request whose write is made, and whose answer is lost with the database. */
    async function losingAnswer(send: () => Promise<Answer>): Promise<string> {
      const before = await stored()
      valve.pause('answers')
      const sent = send()
      await until(async () => JSON.stringify(await stored()) !== JSON.stringify(before))
      await mongo.kill()
      valve.cut()
      const outcome = outcomeOf(await sent)
      valve.resume()
      await mongo.start()
      return outcome
    }

    await t.test('an import that was made and whose answer is lost', async t => {
      const own = new RepeatableImport(keystore, 'lost')
      const before = await stored()
      t.equal(await losingAnswer(() => own.send(client)), outcomes.storeUnavailable)
      const after = await stored()
      t.equal(after.length, before.length + 1, 'is made')
      await own.isWholeOrAbsent(t, client)
      t.strictSame(await stored(), after, 'and found by whoever repeats it')
    })

    await t.test('a rotation that was made and whose answer is lost', async t => {
      const { signature: old } = await repeated(() => client.sign(key))
      t.equal(await losingAnswer(() => client.rotate(key)), outcomes.storeUnavailable)
      t.notMatch(await repeated(() => client.sign(key)), { signature: old }, 'the new version signs')
      t.equal((await settled(() => client.verify(key, old))).status, 200, 'and the old one verifies')
    })
  },
)
