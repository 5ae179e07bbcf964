import { readFile } from 'node:fs/promises'
import type { Answer } from '@keyhold/scripts/http-client.js'
import t, { type Test } from 'tap'
import { instance, outcomeOf, outcomes, repeated } from '../support/outage-client.ts'
import { faultSettings, withRestartableServers } from '../support/restartable-servers.ts'
import { until } from '../support/until.ts'

/** How many calls of one server may be under way, and three times as many. */
const [bound, requests] = [1000, 3000]

/** Megabytes that a service may have taken at most, at any time. */
const memory = 512

const tooMany = 'too many calls of the store are under way'

/** The peak of a process, in megabytes. */
async function peak(pid: number): Promise<number> {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

function count(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1
  return counts
}

/** Sends them all, and waits for every answer. */
async function flood(t: Test, length: number, send: () => Promise<Answer>): Promise<readonly Answer[]> {
  const began = performance.now()
  const answers = await Promise.all(Array.from({ length }, send))
  t.comment(`answered in ${Math.round(performance.now() - began)} ms`)
  return answers
}

const skip = process.platform !== 'linux' && 'what a process takes is read from /proc'

if (skip) t.test('many requests at once', { skip }, async () => {})
else {
  await withRestartableServers(t, 'three thousand requests at once', async (t, servers) => {
    const { directory, kms, mongo } = servers
    // What is looked at is how many calls are under way, and not how many requests, of which nobody shall be refused here.
    const environment = { ...faultSettings(servers, 'kh_many'), KMS_MAX_REQUESTS: `${2 * requests}` }
    const { service, client } = await instance(t, { directory, environment })
    const { keystore, key } = await client.newKey()
    const { signature } = await repeated(() => client.sign(key))
    t.comment(`${await peak(service.pid)} MB before`)

    async function isServed(t: Test): Promise<void> {
      const megabytes = await peak(service.pid)
      t.ok(megabytes < memory, `${megabytes} MB at most`)
      await until(async () => (await client.ready()).status === 200)
      t.strictSame(await repeated(() => client.sign(key)), { signature })
      t.ok(await repeated(() => client.createKey(keystore)))
      t.ok(await client.newKey())
    }

    await t.test('while the database hangs', async t => {
      mongo.signal('SIGSTOP')
      t.teardown(() => mongo.signal('SIGCONT'))
      const answers = await flood(t, requests, () => client.sign(key))
      t.strictSame(count(answers.map(outcomeOf)), { [outcomes.storeUnavailable]: requests })
      const { [tooMany]: refused = 0, ...others } = count(answers.map(({ body }) => body.message))
      t.ok(refused > requests / 2, `${refused} are refused at once`)
      t.strictSame(Object.keys(others), ['the store does not answer'], 'the others have waited')
      mongo.signal('SIGCONT')
      await isServed(t)
    })

    await t.test('while AWS KMS hangs', async t => {
      kms.signal('SIGSTOP')
      t.teardown(() => kms.signal('SIGCONT'))
      const answers = await flood(t, requests, () => client.createKeystore())
      t.strictSame(count(answers.map(outcomeOf)), { [outcomes.lockUnavailable]: requests })
      const lines = service.output().split('\n')
      const refused = lines.filter(line => line.includes('AWS KMS: 1000 calls are under way')).length
      t.ok(refused > requests / 2, `${refused} are refused at once`)
      kms.signal('SIGCONT')
      await isServed(t)
    })

    await t.test('of one key that is not open yet, while AWS KMS hangs', async t => {
      const keeping = { ...faultSettings(servers, 'kh_many', 'kms'), KMS_KMS_CACHE_TTL: '10m' }
      const cold = await instance(t, { directory, environment: keeping })
      kms.signal('SIGSTOP')
      t.teardown(() => kms.signal('SIGCONT'))
      // No more than may ask the database for the key.
      const answers = await flood(t, bound, () => cold.client.sign(key))
      t.strictSame(count(answers.map(outcomeOf)), { [outcomes.lockUnavailable]: bound })
      const megabytes = await peak(cold.service.pid)
      t.ok(megabytes < memory, `${megabytes} MB at most`)
      kms.signal('SIGCONT')
      t.strictSame(await repeated(() => cold.client.sign(key)), { signature })
    })
  })
}
