import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Metrics } from '@keyhold/app/metrics/metrics.js'
import t from 'tap'
import { metricTypesOf } from './support/metric-samples.ts'
import { repository } from './support/repository.ts'

const docs = join(repository, 'docs/observability')

/** All metrics that there are, each with its type. */
async function metricTypes(): Promise<ReadonlyMap<string, string>> {
  const metrics = new Metrics('Memory')
  await metrics.listen(
    { host: '127.0.0.1', port: 0 },
    { getConnections: done => done(null, 0) },
    { running: 0, waiting: 0 },
  )
  metrics.close()
  return metricTypesOf(await metrics.registry.metrics())
}

t.test('the page lists every metric, with its type', async t => {
  const page = await readFile(join(docs, 'metrics.md'), 'utf8')
  const listed = Array.from(page.matchAll(/^\| `(\w+)` \| (\w+) \|/gm), ([, name, type]) => [name, type])
  const own = [...(await metricTypes())].filter(([name]) => name.startsWith('kms_'))
  t.strictSame(listed.sort(), own.sort())
})
