import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Metrics } from '@keyhold/app/metrics/metrics.js'
import { WholeService } from '@keyhold/app/metrics/whole-service.js'
import { parser } from '@prometheus-io/lezer-promql'
import t from 'tap'
import { parse } from 'yaml'
import { buildApp } from './support/build-app.ts'
import { metricTypesOf } from './support/metric-samples.ts'
import { recordingLog } from './support/recording-log.ts'
import { repository } from './support/repository.ts'

const read = (name: string) => readFile(join(repository, 'docs/observability', name), 'utf8')

/** All metrics that there are, each with its type. */
async function metricTypes(): Promise<ReadonlyMap<string, string>> {
  const metrics = new Metrics('Memory')
  metrics.watchDisk(() => 0)
  const server = { getConnections: (done: (error: null, count: number) => void) => done(null, 0) }
  await metrics.listen({ host: '127.0.0.1', port: 0 }, server, { running: 0, waiting: 0 })
  metrics.close()
  const whole = new WholeService(
    () => [],
    () => 0,
  )
  return new Map([...metricTypesOf(await metrics.registry.metrics()), ...metricTypesOf(await whole.metrics())])
}

interface Listed {
  readonly name: string
  readonly type: string
  readonly labels: readonly string[]
}

/** The rows of the tables of metrics. */
async function listedMetrics(): Promise<Listed[]> {
  const rows = (await read('metrics.md')).matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*)\|/gm)
  return Array.from(rows, ([, name = '', type = '', labels = '']) => {
    return { name, type, labels: Array.from(labels.matchAll(/`(\w+)`/g), ([, label = '']) => label) }
  })
}

t.test('the page lists every metric, with its type', async t => {
  const listed = (await listedMetrics()).map(({ name, type }) => [name, type])
  const own = [...(await metricTypes())].filter(([name]) => name.startsWith('kms_'))
  t.strictSame(listed.sort(), own.sort())
})

/** What Prometheus and Grafana add to every metric. */
const everywhere = ['job', 'instance', 'le']

/** What is wrong with an expression: it is none, or it names a metric or label that there is not. */
async function problemsIn(expression: string): Promise<string[]> {
  const [types, listed, problems] = [await metricTypes(), await listedMetrics(), [] as string[]]
  // Grafana puts a duration in its place.
  const text = expression.replaceAll('$__rate_interval', '5m')
  parser.parse(text).iterate({
    enter: node => {
      const said = text.slice(node.from, node.to)
      if (node.type.isError) problems.push(`no PromQL at ${node.from}: ${said}`)
      if (node.name !== 'VectorSelector') return
      const [name = ''] = /^\w+/.exec(said) ?? []
      const metric = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
      if (name !== 'up' && !types.has(metric)) problems.push(`no metric: ${name}`)
      const isOwn = name.startsWith('kms_')
      const known = [...everywhere, ...(listed.find(each => each.name === metric)?.labels ?? [])]
      for (const [, label = ''] of said.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)) {
        if (isOwn && !known.includes(label)) problems.push(`${metric} has no label ${label}`)
      }
    },
  })
  return problems
}

t.test('what is wrong with an expression is found', async t => {
  t.strictSame(await problemsIn('rate(kms_http_requests_count{path="x"}[5m])'), [])
  t.match(await problemsIn('rate(kms_http_requests_count{path="x"}[5m]'), [/^no PromQL/])
  t.strictSame(await problemsIn('kms_nothing > 1'), ['no metric: kms_nothing'])
  t.strictSame(await problemsIn('kms_http_requests_count{route="x"}'), ['kms_http_requests_count has no label route'])
})

t.test('every alert says something about metrics that there are', async t => {
  const { groups } = parse(await read('alerts.yaml'))
  const rules = groups.flatMap((group: { rules: object[] }) => group.rules)
  t.ok(rules.length > 5)
  t.equal(new Set(rules.map(({ alert }: { alert: string }) => alert)).size, rules.length)
  for (const { alert, expr, labels, annotations, ...rest } of rules) {
    t.match(alert, /^Keyhold[A-Z]\w+$/)
    t.strictSame(await problemsIn(expr), [], alert)
    t.match(labels.severity, /^(critical|warning|info)$/, alert)
    t.match(annotations.summary, /\.$|\?$/, alert)
    t.strictSame(
      Object.keys(rest).filter(name => name !== 'for'),
      [],
      alert,
    )
  }
})

t.test('every panel of the dashboard shows metrics that there are', async t => {
  const { panels, templating } = JSON.parse(await read('dashboard.json'))
  const shown = panels.filter(({ type }: { type: string }) => type !== 'row')
  t.ok(shown.length > 10)
  t.equal(new Set(panels.map(({ id }: { id: number }) => id)).size, panels.length)
  for (const { title, targets, gridPos } of shown) {
    t.ok(gridPos.x + gridPos.w <= 24, title)
    for (const { expr } of targets) t.strictSame(await problemsIn(expr), [], `${title}: ${expr}`)
  }
  const variables = templating.list.map(({ name }: { name: string }) => name)
  for (const [, name = ''] of JSON.stringify(panels).matchAll(/\$\{?([a-z]\w*)/g)) t.ok(variables.includes(name), name)
  for (const { name } of (await listedMetrics()).filter(({ name }) => /^kms_(http|auth|cache|port)/.test(name))) {
    t.ok(JSON.stringify(panels).includes(name), `${name} is shown`)
  }
})

t.test('the page lists every field of the log', async t => {
  const page = await read('logs.md')
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  await app.send({ method: 'GET', path: '/healthcheck' })
  const [fields] = (entries.at(-1)?.args ?? []) as [object]
  const listed = Array.from(page.matchAll(/^\| (`[^|]+`) \|/gm), ([, names = '']) => names.match(/\w+/g) ?? []).flat()
  t.strictSame(listed.filter(name => !['time', 'level'].includes(name)).sort(), Object.keys(fields).sort())
})
