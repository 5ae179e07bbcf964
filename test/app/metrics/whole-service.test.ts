import { Metrics } from '@keyhold/app/metrics/metrics.js'
import { WholeService } from '@keyhold/app/metrics/whole-service.js'
import type { ProcessMetrics } from '@keyhold/app/workers/protocol.js'
import t from 'tap'
import { metricTypesOf, samplesOf } from '../../support/metric-samples.ts'

/** A worker with metrics of its own, which pass as JSON. */
function worker({ disk = 100 } = {}) {
  const metrics = new Metrics('Embedded')
  metrics.watchDisk(() => disk)
  metrics.watch({ getConnections: done => done(null, 3) }, { running: 1, waiting: 0 })
  let answers = true
  const channel = {
    async ask() {
      if (!answers) throw new Error('busy')
      return JSON.parse(JSON.stringify(await metrics.registry.getMetricsAsJSON())) as ProcessMetrics
    },
  }
  return { metrics, process: { channel: channel as never }, silence: () => (answers = false) }
}

const lookups = 'kms_cache_lookups_total{cache="keys",result="hit"}'
const seconds = 'kms_outbound_seconds_count{peer="vault",outcome="2xx"}'

t.test('the whole service is the sum of its workers, of those that have ended as well', async t => {
  const workers = [worker({ disk: 100 }), worker({ disk: 90 })]
  const [one, two] = workers as [ReturnType<typeof worker>, ReturnType<typeof worker>]
  let running = workers.map(({ process }) => process)
  const whole = new WholeService(
    () => running,
    () => 7,
  )
  for (const { metrics } of workers) {
    for (let n = 0; n < 3; n += 1) metrics.observeCache('keys')(true)
    metrics.outbound('vault')('get').end('2xx')
  }
  const samples = async () => samplesOf(await whole.metrics())
  const first = await samples()
  t.equal(first.get(lookups), 6)
  t.equal(first.get(seconds), 2)
  t.equal(first.get('kms_http_connections'), 6)
  t.equal(first.get('kms_computation_jobs{state="running"}'), 2)
  t.equal(first.get('kms_disk_free_bytes'), 90, 'both see one disk')
  t.equal(first.get('kms_workers'), 2)
  t.equal(first.get('kms_worker_restarts_total'), 7)
  t.ok((first.get('process_start_time_seconds') ?? 0) > 0)
  t.ok(Math.abs((first.get('process_start_time_seconds') ?? 0) - Date.now() / 1000) < 3600, 'a time, and no sum')

  two.metrics.observeCache('keys')(true)
  two.silence()
  const second = await samples()
  t.equal(second.get(lookups), 6, 'who does not answer is as it was')

  running = [one.process]
  whole.forget(two.process)
  const third = await samples()
  t.equal(third.get(lookups), 6, 'who has ended is still counted')
  t.equal(third.get(seconds), 2)
  t.equal(third.get('kms_http_connections'), 3, 'but has no connections')
  whole.forget(one.process)
  running = [worker().process]
  t.equal((await samples()).get(lookups), 6)
})

t.test('what one process alone would show is shown', async t => {
  const { metrics, process } = worker()
  metrics.observeCache('keys')(true)
  const whole = new WholeService(
    () => [process],
    () => 0,
  )
  const alone = metricTypesOf(await metrics.registry.metrics())
  const shown = metricTypesOf(await whole.metrics())
  for (const [name, type] of alone) t.equal(shown.get(name), type, name)
})
