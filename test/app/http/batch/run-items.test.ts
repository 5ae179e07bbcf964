import { connect } from 'node:net'
import { FixedClock } from '@keyhold/adapters'
import { Metrics } from '@keyhold/app/metrics/metrics.js'
import { type ComputationJob, type ComputationPort, compute, KmsError } from '@keyhold/core'
import { verifyLog } from '@keyhold/core/audit/verify-log.js'
import t from 'tap'
import { wholeLog } from '../../../support/audit-log.ts'
import { base64, buildApp, idOf, keystoreOf, type Request } from '../../../support/build-app.ts'
import { CountingEd25519 } from '../../../support/counting-ed25519.ts'
import { FailingLock } from '../../../support/failing-ports.ts'
import { samplesOf } from '../../../support/metric-samples.ts'
import { rawRequest } from '../../../support/raw-http.ts'
import { recordingLog } from '../../../support/recording-log.ts'
import { testPorts } from '../../../support/test-ports.ts'
import { until } from '../../../support/until.ts'

const message = base64('a message')

function signBatch(key: string, items: readonly unknown[]): Request {
  return { method: 'POST', path: `${key}/sign/batch`, body: { items } }
}

const codesOf = (results: readonly { code?: string }[]) => results.map(({ code }) => code)

t.test('what is asked for beside a batch does not wait for its end', async t => {
  const app = await buildApp(t)
  const key = await app.key('ED25519')
  const ended: string[] = []
  const asked = [signBatch(key, Array(1000).fill({})), signBatch(key, [{}]), { method: 'GET', path: '/healthcheck' }]
  const names = ['the batch', 'a signature', 'health']
  await Promise.all(
    asked.map(async (request, index) => {
      t.equal((await app.send(request as Request)).status, 200)
      ended.push(names[index] ?? '')
    }),
  )
  t.equal(ended.at(-1), 'the batch')
})

t.test('a batch whose time is over does no more', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const ed25519 = new CountingEd25519(() => clock.advance(10_000))
  const app = await buildApp(t, { ports: { clock, ed25519 } })
  const key = await app.key('ED25519')
  ed25519.signed = 0
  const { status, body } = await app.send(signBatch(key, Array(6).fill({})))
  t.equal(status, 200)
  t.strictSame(codesOf(body.results), [undefined, undefined, undefined, undefined, 'OVERLOADED', 'OVERLOADED'])
  t.equal(ed25519.signed, 4)
})

t.test('nothing is done any more for a client that has gone', async t => {
  const failed: (number | undefined)[] = []
  let leave = () => {}
  const ed25519 = new CountingEd25519(signed => signed === 40 && leave())
  const app = await buildApp(t, { ports: { ed25519 }, observers: [record => failed.push(record.failed)] })
  const { path, body } = signBatch(await app.key('ED25519'), Array(1000).fill({}))
  ed25519.signed = 0
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  const socket = connect(port, '127.0.0.1')
  leave = () => socket.destroy()
  socket.write(rawRequest('POST', path, JSON.stringify(body)))
  failed.length = 0
  await until(() => failed.length > 0)
  t.ok(ed25519.signed < 1000, `${ed25519.signed} signatures`)
  t.equal(failed[0], 1000 - ed25519.signed)
})

t.test('what takes long is computed for one item after the other', async t => {
  let running = 0
  let most = 0
  const computation: ComputationPort = {
    async run(job: ComputationJob) {
      running += 1
      most = Math.max(most, running)
      await new Promise(resolve => setImmediate(resolve))
      running -= 1
      return compute(job)
    },
    close: async () => {},
  }
  const app = await buildApp(t, { ports: { computation } })
  const { body } = await app.send(signBatch(await app.key('ML-DSA-65'), Array(3).fill({ message })))
  t.strictSame(codesOf(body.results), [undefined, undefined, undefined])
  t.equal(most, 1)
})

t.test('what fails here fails for each item, and is one line of the log', async t => {
  const made = testPorts('batches')
  const lock = new FailingLock(made.lock)
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { ports: { ...made, lock }, log, cache: { max: 0, ttl: 0 } })
  const key = await app.key('ED25519')
  for (const [failure, code, text] of [
    [new KmsError('LOCK_UNAVAILABLE', 'the lock does not answer'), 'LOCK_UNAVAILABLE', 'the lock does not answer'],
    [new TypeError('secret 10.0.0.7'), 'INTERNAL_ERROR', 'internal error'],
  ] as const) {
    entries.length = 0
    lock.failure = failure
    const { status, body, text: answered } = await app.send(signBatch(key, [{ message }, { message: '!' }, {}]))
    const error = { code, message: text, errMessage: text }
    t.match({ status, body }, { status: 200, body: { results: [error, { code: 'INVALID_REQUEST' }, error] } })
    t.notMatch(answered, '10.0.0.7')
    t.match(
      entries.filter(({ level }) => level === 'error'),
      [{ args: [{ err: failure }, 'an item of a batch failed'] }],
    )
    t.equal(entries.filter(({ level }) => level === 'error').length, 1)
  }
})

t.test('a batch is one entry of the audit log, one line, and counted in the metrics', async t => {
  const { log, entries } = recordingLog()
  const metrics = new Metrics('Memory')
  const app = await buildApp(t, { log, audit: { mode: 'closed', timeout: 60_000 }, observers: [metrics.onRequest] })
  const key = await app.key('ED25519')
  const { body } = await app.send(signBatch(key, [{ message }, { message: '!' }, { message }]))
  const refused = await app.send(signBatch(`${keystoreOf(key)}/keys/none`, [{ message }]))
  t.equal(refused.status, 404)

  const lines = await wholeLog(app.records, idOf(keystoreOf(key)))
  t.match(await verifyLog(lines), { faults: [] })
  const [second, first] = lines.map(line => JSON.parse(line)).filter(({ operation }) => operation === 'signBatch')
  const { chain: _c, seq: _s, prev: _p, time: _t, request: _r, ...said } = first
  t.strictSame(said, {
    type: 'decision',
    operation: 'signBatch',
    principal: 'local',
    key: idOf(key),
    version: 1,
    status: 200,
    items: 3,
    failed: 1,
  })
  t.match(second, { status: 404, code: 'KEY_NOT_FOUND', items: undefined, failed: undefined })
  for (const text of [message, body.results[0].signature]) t.notMatch(lines.join(), text)

  const written = entries.filter(({ args }) => args[1] === 'request').map(({ args }) => args[0])
  t.match(written.at(-2), { operation: 'signBatch', status: 200, items: 3, failed: 1 })
  const samples = samplesOf(await metrics.registry.metrics())
  t.equal(samples.get('kms_batch_items_total{operation="signBatch",outcome="done"}'), 2)
  t.equal(samples.get('kms_batch_items_total{operation="signBatch",outcome="failed"}'), 1)
})
