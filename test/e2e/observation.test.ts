import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { call } from '@keyhold/scripts/http-client.js'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { samplesOf } from '../support/metric-samples.ts'
import { spanCollector } from '../support/span-collector.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

t.test('the service measures itself where it is asked to', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory, environment: { KMS_METRICS_HOST: '127.0.0.1:0' } })
  t.teardown(() => service.stop())
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(service.output()) ?? []
  const { key_store_url: keystore } = await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:a' })
  const { key_url: key } = await call('POST', `${keystore}/keys`, { key_type: 'ED25519' })
  await call('POST', `${key}/sign`, { message: '' })
  const samples = samplesOf(await (await fetch(url)).text())
  t.equal(samples.get('kms_http_requests_count{path="/v1/keystores/{keystore}/keys/{key}/sign"}'), 1)
  t.equal(samples.get('kms_port_seconds_count{port="local lock",call="unlock",outcome="done"}'), 4)
  t.equal(samples.get('kms_zcap_middleware_seconds_count'), 3)
  t.ok((samples.get('kms_db_put_seconds_count{type="Embedded"}') ?? 0) >= 3)
  const elsewhere = await fetch(`${service.url}/metrics`)
  t.equal(elsewhere.status, 404, 'and shows it nowhere else')
  t.equal(await service.stop(), 0)
  await t.rejects(fetch(url))
})

t.test('where its address is taken it does not start', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const directory = await temporaryDirectory(t)
  const { code, output } = await runService({ directory, environment: { KMS_METRICS_HOST: `127.0.0.1:${port}` } })
  t.equal(code, 1)
  t.match(output, /EADDRINUSE/)
})

t.test('the service is traced where OpenTelemetry is asked for', async t => {
  const directory = await temporaryDirectory(t)
  const collector = await spanCollector(t)
  const service = await startService({ directory, environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
  t.teardown(() => service.stop())
  await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:a' })
  t.equal(await service.stop(), 0)
  const spans = collector.spans()
  const [root] = spans.filter(({ name }) => name === 'POST /v1/keystores')
  const below = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId).map(({ name }) => name)
  t.strictSame(below, ['local lock lock', 'store add', 'store list', 'store add'], 'the last two are of the audit log')
  t.match(collector.text(), '"service.name","value":{"stringValue":"keyhold"}')
})
