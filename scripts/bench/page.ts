import type { Environment } from './environment.ts'
import type { Part, Results } from './results.ts'
import type { Column } from './tables.ts'
import { headOf, rowOf, tables, withInterval } from './tables.ts'

/** The results as a document in Markdown, for `docs/benchmarks/`. */
export function page({ rows, durable, peers }: Results): string {
  const judged = rows?.rows.filter(({ targets }) => targets.efficiency !== undefined)
  const others = rows?.rows.filter(({ targets }) => targets.efficiency === undefined)
  return `# Benchmarks

Written by \`npm run bench\`, charts and all; [how to read it, and how to repeat it](reading.md). All figures stand in
[results.json](results.json) as well.
${rows && judged && others ? floorSections(rows, judged, others) : ''}${durable ? durableSection(durable) : ''}${peers ? peerSection(peers) : ''}`
}

type RowsOf<S extends keyof Results> = NonNullable<Results[S]>['rows']

function floorSections(part: Part<unknown>, judged: RowsOf<'rows'>, others: RowsOf<'rows'>): string {
  return `
## Against the floor

Processor time of an answer. The floor is a route with the same headers, body and answer, that checks one constant request
signature and does the raw operation with a key that is always open.

${circumstances(part)}

![η by operation](efficiency.svg)

![overhead by operation](overhead.svg)

${table(tables.rows, judged)}

### Everything else

No targets were set for these.

${table(tables.rows, others)}
`
}

function durableSection(part: NonNullable<Results['durable']>): string {
  return `
## Durable writes

What it costs that a key is on the disk before its creation is answered. A row is a record, of a key or of the audit log; the
store calls fdatasync once for each commit.

${circumstances(part)}

![durable creations against those in memory](durable.svg)

${table(tables.durable, part.rows)}
`
}

function peerSection(part: NonNullable<Results['peers']>): string {
  const notes = part.notes.map(([name, note]) => `* ${name}: ${note}`)
  return `
## Other services

The same work, done by other services that ran on the same machine at the same time.

${circumstances(part)}

${notes.join('\n')}

![other services against this one](peers.svg)

${table(tables.peers, part.rows)}
`
}

function circumstances({ environment, rounds, echo, twin }: Part<unknown>): string {
  return `${whereAndWhen(environment)} ${rounds} rounds, a quarter of them where there is no target. A bare echo took ${echo.value.toFixed(1)} µs (p10 ${echo.p10.toFixed(1)}), and the same echo
in another process ${withInterval(twin)} of that.`
}

/** A sentence. */
export function whereAndWhen({ date, processor, cores, memory, system, load, versions }: Environment): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `Measured on ${date.slice(0, 16).replace('T', ' ')} UTC: ${processor}, ${cores} cores, ${memory} GiB, ${system}, load average
${load.map(each => each.toFixed(1)).join(', ')}; ${software.join(', ')}.`
}

function table<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  return [headOf(columns), ...rows.map(row => rowOf(columns, row))].join('\n')
}
