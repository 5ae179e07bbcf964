import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { curveChart } from './curves.ts'
import { type Environment, environment } from './environment.ts'
import { whereAndWhen } from './page.ts'
import { measureSaturation, type SaturationReport } from './saturation.ts'

/** `npm run bench:saturation -- [--rounds N] [--workers N,M] [--directory DIR]`; a directory gets JSON, Markdown and a chart. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    workers: { type: 'string', default: '1,2' },
    directory: { type: 'string' },
  },
})
const results: (SaturationReport & { readonly workers: string })[] = []
for (const workers of values.workers.split(',')) {
  const extent = { rounds: Number(values.rounds), slice: 1000, warmUp: 5000 }
  const report = { workers, ...(await measureSaturation({ ...extent, environment: { KMS_WORKERS: workers } })) }
  results.push(report)
  process.stdout.write(`${tableOf(report)}\n\n`)
}
if (values.directory !== undefined) {
  const where = environment()
  await mkdir(values.directory, { recursive: true })
  const json = `${JSON.stringify({ environment: where, results }, null, 1)}\n`
  await writeFile(join(values.directory, 'saturation.json'), json)
  await writeFile(join(values.directory, 'saturation.md'), pageOf(where))
  await writeFile(join(values.directory, 'saturation.svg'), chart())
}

function pageOf(where: Environment): string {
  return `# Saturation

Written by \`npm run bench:saturation\`: Ed25519 signatures with everything on, by how many are asked for at once. The client
shares the processors with the service, so times hold for this machine alone; what the curve shows is whether more load
makes the service do less. [saturation.json](saturation.json) has all figures.

${whereAndWhen(where)}

![answers in a second, and how late they are, by how many are asked for at once](saturation.svg)

${results.map(tableOf).join('\n\n')}
`
}

function chart(): string {
  const curves = (of: (point: SaturationReport['points'][number]) => number, what = '') =>
    results.map(({ workers, points }) => ({ label: `${whoIs(workers)}${what}`, values: points.map(of) }))
  return curveChart({
    title: 'Ed25519 signatures, by how many are asked for at once',
    axis: 'requests under way',
    places: results[0]?.points.map(({ connections }) => String(connections)) ?? [],
    panels: [
      { axis: 'answers in a second', curves: curves(({ rate }) => rate) },
      { axis: 'ms', curves: [...curves(({ p50 }) => p50, ', p50'), ...curves(({ p99 }) => p99, ', p99')] },
      { axis: 'µs of processor time of an answer', curves: curves(({ cpu }) => cpu) },
    ],
  })
}

function whoIs(workers: string): string {
  return workers === '1' ? 'One process' : `${workers} workers`
}

function tableOf({ workers, points, knee, kept, dearer }: (typeof results)[number]): string {
  const rows = points.map(({ connections, rate, lowest, p50, p99, cpu }) => {
    const cells = [connections, rate.toFixed(0), lowest.toFixed(0), p50.toFixed(2), p99.toFixed(2), cpu.toFixed(0)]
    return `| ${cells.join(' | ')} |`
  })
  return `${whoIs(workers)}: nine tenths of the highest rate with ${knee} requests under way. With more it falls to ${kept.toFixed(2)} of
that at most, and an answer costs ${dearer.toFixed(2)} times the least at most.

| at once | answers/s | lowest round | p50 ms | p99 ms | CPU µs |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}`
}
