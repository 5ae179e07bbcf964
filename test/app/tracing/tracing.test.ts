import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import { aroundLock, aroundStore } from '@keyhold/app/around.js'
import { Tracing } from '@keyhold/app/tracing/tracing.js'
import type { LockPort } from '@keyhold/core'
import t, { type Test } from 'tap'
import { useTestCredentials } from '../../support/aws-environment.ts'
import { honestKms } from '../../support/aws-kms-http.ts'
import { AwsKmsMemory } from '../../support/aws-kms-memory.ts'
import { base64, buildApp, idOf, keystoreOf } from '../../support/build-app.ts'
import { faultyServer } from '../../support/faulty-server.ts'
import { attributesOf, type CollectedSpan, spanCollector } from '../../support/span-collector.ts'
import { testPorts } from '../../support/test-ports.ts'

useTestCredentials()

const keyArn = 'arn:aws:kms:eu-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' } as const
const traceparent = (flags: string) => `00-${remote.traceId}-${remote.spanId}-${flags}`
const given: Readonly<Record<string, string>> = { OTEL_SERVICE_NAME: 'keys of a test' }

/** The service with a lock in AWS KMS and traces of both, and what KMS was sent. */
async function tracedApp(t: Test, trustedProxies: readonly string[] = []) {
  const collector = await spanCollector(t)
  Object.assign(process.env, given, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  const tracing = new Tracing({ warn: (_about, message) => t.fail(message) })
  const server = await faultyServer(t)
  const kms = new AwsKmsMemory()
  kms.addKey(keyArn)
  const [honest, sent] = [honestKms(kms), [] as { target: unknown; header: unknown }[]]
  server.behave((response, call, body, request) => {
    sent.push({ target: request.headers['x-amz-target'], header: request.headers['traceparent'] })
    honest(response, call, body, request)
  })
  const observe = tracing.outbound('aws-kms')
  const lock = await openAwsKmsLock({ keyArn, region: 'eu-west-2', endpoint: server.url, timeout: 60_000, observe })
  t.teardown(() => lock.close())
  const made = testPorts('traces')
  const observeLock = (each: LockPort) => aroundLock(each, tracing.around)
  const app = await buildApp(t, {
    ports: { ...made, store: aroundStore(made.store, tracing.around), lock: observeLock(lock) },
    observeLock,
    tracing,
    trustedProxies,
  })
  return { app, tracing, collector, sent }
}

const named = (spans: readonly CollectedSpan[], name: string) => spans.filter(span => span.name === name)

t.test('a request is a span, and below it stand the calls that were made for it', async t => {
  const { app, tracing, collector, sent } = await tracedApp(t)
  t.equal(sent.filter(({ header }) => header !== undefined).length, 0, 'what the service does by itself is not traced')
  const key = await app.key('ED25519')
  await app.send({ method: 'POST', path: `${key}/sign`, body: { message: base64('a plaintext to be found') } })
  await app.send({ method: 'POST', path: `${key}/sign`, body: '{' })
  await tracing.close()

  const spans = collector.spans()
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
  t.equal(roots.length, 4)
  t.equal(new Set(roots.map(({ traceId }) => traceId)).size, 4, 'each has a trace of its own')
  const [creation] = named(spans, 'POST /v1/keystores/:keystoreId/keys')
  if (creation === undefined) throw new Error('no span for the creation of a key')
  t.equal(creation.kind, 2, 'SPAN_KIND_SERVER')
  t.match(attributesOf(creation), {
    'http.request.method': 'POST',
    'http.route': '/v1/keystores/:keystoreId/keys',
    'http.response.status_code': 200,
    'keyhold.operation': 'createKey',
    'keyhold.caller': 'local',
  })
  const below = (parent: CollectedSpan) => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId)
  t.strictSame(
    below(creation).map(({ name }) => name),
    ['store find', 'aws-kms lock unlock', 'keystore lock lock', 'store add'],
    'also behind its body',
  )
  const [unlock] = named(below(creation), 'aws-kms lock unlock')
  const [decrypt, ...others] = unlock ? below(unlock) : []
  t.strictSame([decrypt?.name, decrypt?.kind, others], ['aws-kms Decrypt', 3, []], 'SPAN_KIND_CLIENT')
  t.ok(
    sent.some(
      ({ target, header }) =>
        target === 'TrentService.Decrypt' && header === `00-${creation.traceId}-${decrypt?.spanId}-01`,
    ),
    'and AWS is told which',
  )
  const [failed] = spans.filter(span => attributesOf(span)['http.response.status_code'] === 400)
  t.match(failed && attributesOf(failed), { 'error.type': 'INVALID_REQUEST' })

  const text = collector.text()
  t.match(text, '"service.name","value":{"stringValue":"keys of a test"}')
  const unseen = [base64('a plaintext to be found'), idOf(key), idOf(keystoreOf(key)), 'did:example:owner']
  for (const secret of unseen) t.notOk(text.includes(secret), secret)
})

t.test('what a trusted proxy says of the trace is continued, and what anybody else says is linked', async t => {
  for (const [proxies, flags, expected] of [
    [['127.0.0.0/8'], '01', { ...remote, links: 0 }],
    [['127.0.0.0/8'], '00', undefined],
    [[], '01', { links: 1 }],
    [[], '00', { links: 1 }],
  ] as const) {
    const { app, tracing, collector } = await tracedApp(t, proxies)
    await app.send({ method: 'GET', path: '/healthcheck', headers: { traceparent: traceparent(flags) } })
    await app.send({ method: 'GET', path: '/health/live', headers: { traceparent: 'nonsense' } })
    await tracing.close()
    const [span] = named(collector.spans(), 'GET /healthcheck')
    if (expected === undefined) t.equal(span, undefined, 'it was decided that this is not sampled')
    else {
      t.equal(span?.links?.length ?? 0, expected.links)
      t.equal(span?.traceId === remote.traceId, 'traceId' in expected)
      t.equal(span?.parentSpanId, 'spanId' in expected ? remote.spanId : undefined)
      if (expected.links > 0) t.match(span?.links, [remote])
    }
    const [other] = named(collector.spans(), 'GET /health/live')
    t.strictSame([other?.parentSpanId, other?.links?.length ?? 0], [undefined, 0])
  }
})

t.test('a failing call is an error', async t => {
  const { tracing, collector } = await tracedApp(t)
  const context = tracing.begin({ headers: {} } as never, false)
  await tracing.within(context, async () => {
    await t.rejects(
      tracing.around({ port: 'store', call: 'find', about: {} }, async () => {
        throw new TypeError('a detail')
      }),
    )
    tracing.outbound('vault')('GET').end('deadline')
  })
  await tracing.close()
  const spans = collector.spans()
  t.match(spans, [
    { name: 'store find', status: { code: 2 } },
    { name: 'vault GET', status: { code: 2 } },
  ])
  t.notMatch(collector.text(), 'a detail')
})

t.test('a collector that is away is told in the log, and nobody waits for it', async t => {
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '500' })
  const told: string[] = []
  const tracing = new Tracing({ warn: (_about, message) => told.push(message) })
  const context = tracing.begin({ headers: {} } as never, false)
  tracing.within(context, () => tracing.outbound('vault')('GET').end('2xx'))
  await tracing.close()
  t.strictSame(told, ['spans could not be exported'])
})
