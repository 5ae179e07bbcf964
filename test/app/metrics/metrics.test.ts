import { once } from 'node:events'
import { connect } from 'node:net'
import { aroundLock, aroundStore, aroundVaults } from '@keyhold/app/around.js'
import { Metrics } from '@keyhold/app/metrics/metrics.js'
import { KmsError, type LockPort } from '@keyhold/core'
import t, { type Test } from 'tap'
import { buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { FailingKeyStore } from '../../support/failing-ports.ts'
import { samplesOf } from '../../support/metric-samples.ts'
import { exchange, halfRequest, rawRequest } from '../../support/raw-http.ts'
import { testPorts } from '../../support/test-ports.ts'
import { until } from '../../support/until.ts'

const sign = (key: string): Request => ({ method: 'POST', path: `${key}/sign`, body: { message: '' } })

/** The service as it is put together where metrics are wanted. */
async function measuredApp(t: Test) {
  const metrics = new Metrics('Memory')
  const made = testPorts('metrics')
  const failing = new FailingKeyStore(made.store)
  const observeLock = (lock: LockPort) => aroundLock(lock, metrics.around)
  const app = await buildApp(t, {
    ports: { ...made, store: aroundStore(failing, metrics.around), lock: observeLock(made.lock) },
    observeLock,
    observers: [metrics.onRequest],
    onArrival: metrics.onArrival,
    observeCache: metrics.observeCache,
  })
  return { app, metrics, failing, samples: async () => samplesOf(await metrics.registry.metrics()) }
}

t.test('requests are counted under their route, as the reference server does', async t => {
  const { app, failing, samples } = await measuredApp(t)
  const key = await app.key('ED25519')
  for (let index = 0; index < 3; index++) await app.send(sign(key))
  await app.send({ ...sign(key), body: '{' })
  await app.send({ method: 'GET', path: '/nowhere/at/all' })
  failing.failure = new KmsError('STORE_UNAVAILABLE', 'the store does not answer')
  await app.send(sign(key))
  const after = await samples()
  const path = 'path="/v1/keystores/{keystore}/keys/{key}/sign"'
  t.equal(after.get(`kms_http_requests_count{${path}}`), 5)
  t.equal(after.get(`kms_http_response_seconds_count{${path}}`), 5)
  t.equal(after.get('kms_http_requests_count{path="none"}'), 1)
  t.equal(after.get('kms_http_response_status_count{status="200"}'), 5)
  t.equal(after.get('kms_http_response_status_count{status="503"}'), 1)
  t.equal(after.get('kms_http_errors_total{code="INVALID_REQUEST"}'), 1)
  t.equal(after.get('kms_auth_verdicts_total{caller="local",verdict="allowed"}'), 7)
  t.equal(after.get('kms_http_requests_in_flight'), 0)
  for (const name of after.keys()) {
    t.notOk(name.includes(idOf(key)) || name.includes(idOf(keystoreOf(key))), `${name} names no key`)
  }
})

t.test('ports and caches', async t => {
  const { app, failing, samples } = await measuredApp(t)
  const key = await app.key('ED25519')
  for (let index = 0; index < 3; index++) await app.send(sign(key))
  failing.failure = new KmsError('STORE_UNAVAILABLE', 'the store does not answer')
  await app.send(sign(key))
  const after = await samples()
  const count = (name: string, labels = '') => after.get(`${name}_count${labels}`)
  t.equal(count('kms_port_seconds', '{port="store",call="find",outcome="STORE_UNAVAILABLE"}'), 1)
  t.equal(count('kms_port_seconds', '{port="test lock",call="unlock",outcome="done"}'), 4)
  t.equal(count('kms_db_put_seconds', '{type="Memory"}'), 4, 'header, server key, keystore and key')
  t.equal(count('kms_key_store_resolve_seconds'), 5)
  t.equal(count('kms_key_store_get_key_seconds'), 3)
  t.equal(count('kms_key_store_key_secret_lock_encrypt_seconds'), 1)
  t.equal(count('kms_key_store_key_secret_lock_decrypt_seconds'), 1)
  t.equal(after.get('kms_cache_lookups_total{cache="keys",result="miss"}'), 1)
  t.equal(after.get('kms_cache_lookups_total{cache="keys",result="hit"}'), 2)
  t.ok((after.get('kms_cache_lookups_total{cache="records",result="hit"}') ?? 0) > 0)
})

t.test('a vault is a database, too', async t => {
  const metrics = new Metrics('Memory')
  const vault = { put: async () => {}, get: async () => undefined, remove: async () => {}, close: async () => {} }
  const vaults = aroundVaults({ open: async () => vault, close: async () => {} }, metrics.around)
  const opened = await vaults.open({} as never)
  await opened.put('name', Buffer.alloc(1))
  await opened.get('name')
  await opened.remove('name')
  const samples = samplesOf(await metrics.registry.metrics())
  for (const call of ['put', 'get', 'delete']) t.equal(samples.get(`kms_db_${call}_seconds_count{type="EDV"}`), 1)
})

t.test('refusals are counted by reason, and a reason is no text of a caller', async t => {
  const { app, samples } = await measuredApp(t)
  await app.send({ method: 'GET', path: '/v1/keystores/x', headers: { origin: 'https://page.example' } })
  const name = 'kms_refusals_total{code="FORBIDDEN",reason="a web page asks a server that needs no proof"}'
  t.equal((await samples()).get(name), 1)
  t.equal((await samples()).get('kms_auth_verdicts_total{caller="nobody",verdict="forbidden"}'), 1)
})

t.test('calls of other servers', async t => {
  const metrics = new Metrics('Memory')
  const observe = metrics.outbound('aws-kms')
  observe('Decrypt').end('2xx', 2)
  observe('Decrypt').end('deadline')
  const samples = samplesOf(await metrics.registry.metrics())
  t.equal(samples.get('kms_outbound_seconds_count{peer="aws-kms",outcome="2xx"}'), 1)
  t.equal(samples.get('kms_outbound_seconds_count{peer="aws-kms",outcome="deadline"}'), 1)
  t.equal(samples.get('kms_outbound_attempts_total{peer="aws-kms",operation="Decrypt"}'), 3)
})

t.test('who asks is timed, and what it comes to is the same', async t => {
  const metrics = new Metrics('Memory')
  const proven = { caller: { kind: 'local' } } as const
  const fails = async () => {
    throw new KmsError('UNAUTHENTICATED', 'no')
  }
  const given = { admission: async () => proven, signer: fails, visitor: fails, invoker: fails, challenges: ['X'] }
  const { admission, signer, challenges } = metrics.authentication(given)
  t.equal(await admission({} as never), proven)
  await t.rejects(async () => signer({} as never), { code: 'UNAUTHENTICATED' })
  t.strictSame(challenges, ['X'])
  t.equal(await metrics.dids(async () => undefined)('did:x'), undefined)
  t.equal(await metrics.chains(async (one: number) => one + 1)(1), 2)
  const samples = samplesOf(await metrics.registry.metrics())
  t.equal(samples.get('kms_zcap_middleware_seconds_count'), 2)
  t.equal(samples.get('kms_zcap_vdr_resolve_seconds_count'), 1)
  t.equal(samples.get('kms_zcap_capability_resolve_seconds_count'), 1)
})

t.test('the listener shows metrics, and nothing else', async t => {
  const { app, metrics } = await measuredApp(t)
  const key = await app.key('ED25519')
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  const url = await metrics.listen({ host: '127.0.0.1', port: 0 }, app.server.server, { running: 1, waiting: 2 })
  t.teardown(() => metrics.close())
  const shown = Number(new URL(url).port)
  const half = await halfRequest(port, `${key}/sign`, '{"message":""}')

  const text = (await exchange(shown, rawRequest('GET', '/metrics?x'))).text
  const samples = samplesOf(text)
  t.equal(samples.get('kms_http_requests_in_flight'), 1)
  t.equal(samples.get('kms_http_connections'), 1)
  t.equal(samples.get('kms_computation_jobs{state="waiting"}'), 2)
  for (const name of [
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_heap_size_used_bytes',
  ]) {
    t.ok((samples.get(name) ?? -1) >= 0, name)
  }
  const all = await Promise.all(Array.from({ length: 10 }, () => exchange(shown, rawRequest('GET', '/metrics'))))
  t.ok(all.every(({ status }) => status === 200))
  for (const [method, path, status] of [
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['GET', '/v1/keystores/x', 404],
    ['POST', '/metrics', 405],
  ] as const) {
    t.equal((await exchange(shown, rawRequest(method, path))).status, status, `${method} ${path}`)
  }
  half.socket.destroy()
  await until(
    async () =>
      samplesOf((await exchange(shown, rawRequest('GET', '/metrics'))).text).get('kms_http_aborted_total') === 1,
  )
  metrics.close()
  const [error] = await once(connect(shown, '127.0.0.1'), 'error')
  t.equal(error.code, 'ECONNREFUSED')
})
