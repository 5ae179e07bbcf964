import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Step, walk } from '@keyhold/scripts/demo-aws/walk.js'
import { base64, call } from '@keyhold/scripts/http-client.js'
import { lineOf } from '@keyhold/scripts/servers/call-record.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { at, knownFor, testInstances, withRecordedServers } from '../support/recorded-servers.ts'
import { repository } from '../support/repository.ts'
import { traceAfterStart } from '../support/trace.ts'
import { until } from '../support/until.ts'

const message = base64('message')

/** What is recorded of a request that causes these calls, one after the other, and is answered after the last one. */
function lines(request: string, ...calls: readonly string[]): string[] {
  return [`→ ${request}`, ...calls.flatMap(each => [`→ ${each}`, `← ${each}`]), `← ${request}`]
}

const findKeystore = 'database find keystores'
const findKey = 'database find keys'
const openLock = 'AWS Decrypt keystore-lock-key'

/** The requests of the demo, in their order, and all that they cause. */
const causes: readonly (readonly string[])[] = [
  lines('instance A POST keystores', 'AWS Encrypt keystore-lock-key', 'database insert keystores'),
  lines('instance B POST keys', findKeystore, openLock, 'database insert keys'),
  lines('instance A POST sign', findKeystore, findKey, openLock),
  lines('instance B POST verify', findKeystore, findKey),
  lines('instance A POST rotate', findKeystore, findKey, 'database update keys'),
  lines('instance B POST sign', findKeystore, findKey),
  lines('instance A POST verify', findKeystore, findKey),
  lines('instance B POST keys', findKeystore, 'database insert keys'),
]

/** The same as the service itself sees it, with the locks that are in its memory. */
const traces = {
  a: [
    ['aws-kms lock lock keystore-lock-key', 'store add keystores'],
    ['store find keystores', 'store find keys', 'aws-kms lock unlock keystore-lock-key', 'keystore lock unlock key'],
    ['store find keystores', 'store find keys', 'keystore lock lock key', 'store replace keys'],
    ['store find keystores', 'store find keys'],
  ],
  b: [
    ['store find keystores', 'aws-kms lock unlock keystore-lock-key', 'keystore lock lock key', 'store add keys'],
    ['store find keystores', 'store find keys'],
    ['store find keystores', 'store find keys', 'keystore lock unlock key'],
    ['store find keystores', 'keystore lock lock key', 'store add keys'],
  ],
} as const

const demo = join(repository, 'scripts/dist/demo-aws/main.js')

t.test('where the servers cannot be had the demo says what to do', async t => {
  const env = { ...process.env, KEYHOLD_TEST_KMS_ENDPOINT: 'http://127.0.0.1:1', KEYHOLD_TEST_MONGO_URL: undefined }
  const stderr = /^calls to servers of others are not recorded: unset KEYHOLD_TEST_KMS_ENDPOINT\n$/
  await t.rejects(promisify(execFile)(process.execPath, [demo], { env }), { code: 1, stdout: '', stderr })
})

await withRecordedServers(t, 'locked by AWS KMS, stored in MongoDB', async (t, servers) => {
  const { record } = servers

  t.test('the calls to AWS and to the database come in this order, and no others', async t => {
    const settings = { ...knownFor('0'), KMS_AUTH_TYPE: 'zcap', KMS_LOG_LEVEL: 'debug' }
    const instances = await testInstances(t, servers, settings)
    const steps: Step[] = []
    await walk(instances.url, record, step => steps.push(step))
    for (const [index, { title, moments }] of steps.entries()) t.strictSame(moments.map(lineOf), causes[index], title)
    t.equal(steps.length, causes.length)
    const numbers = steps.flatMap(({ moments }) => moments.map(({ number }) => number))
    t.strictSame(
      numbers,
      numbers.map((_, index) => (numbers[0] ?? 0) + index),
      'nothing happened between the requests either',
    )

    for (const name of ['a', 'b'] as const) {
      const expected = traces[name].flat()
      const { output } = instances[name]
      await until(() => traceAfterStart(output()).length >= expected.length)
      t.strictSame(traceAfterStart(output()), expected, `the trace of instance ${name.toUpperCase()} says the same`)
    }
  })

  t.test('what is open and known already is not asked for again', async t => {
    const { b } = await testInstances(t, servers, knownFor('1h'))
    const { key_store_url } = await call('POST', `${b.url}/v1/keystores`, { controller: 'alice' })
    const createKey = () => call('POST', `${at(b, key_store_url)}/keys`, { key_type: 'ED25519' })
    const { key_url } = await createKey()
    const sign = () => call('POST', `${at(b, key_url)}/sign`, { message })
    const caused = async (cause: () => Promise<unknown>) => {
      const from = record.now
      await cause()
      return record.since(from).map(lineOf)
    }
    t.strictSame(await caused(createKey), ['→ database insert keys', '← database insert keys'], 'a second key')
    t.strictSame(await caused(sign), ['→ database find keys', '← database find keys'], 'the first signature')
    t.strictSame(await caused(sign), [], 'the second signature')
  })

  t.test('a thousand signatures at once on an instance that has opened nothing cost one call to AWS', async t => {
    const { a, environment } = await testInstances(t, servers, knownFor('1h'))
    const { key_store_url } = await call('POST', `${a.url}/v1/keystores`, { controller: 'alice' })
    const { key_url } = await call('POST', `${at(a, key_store_url)}/keys`, { key_type: 'ED25519' })
    const cold = await startService({ directory: servers.directory, environment })
    t.teardown(() => cold.stop())
    const from = record.now
    const requests = Array.from({ length: 1000 }, () => call('POST', `${at(cold, key_url)}/sign`, { message }))
    const signatures = new Set((await Promise.all(requests)).map(({ signature }) => signature))
    const toAws = record.since(from).filter(({ callee }) => callee === 'AWS')
    t.strictSame(toAws.map(lineOf), [`→ ${openLock}`, `← ${openLock}`])
    t.equal(signatures.size, 1, 'all of them are signatures of the one key')
  })
  t.test('the demo runs', async t => {
    // What it could not do it would say on its standard error, with an exit code that is not 0.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [demo])
    t.equal(stderr, '')
    for (const moment of causes.flat()) t.ok(stdout.includes(moment), moment)
    t.match(stdout, /integrityKey: \d+ bytes, locked by aws-kms:arn:/)
    t.match(stdout, /versions\.1\.locked: \d+ bytes, locked by keystore:/)
    t.match(stdout, /which AWS has locked\.\n$/)
  })
})
