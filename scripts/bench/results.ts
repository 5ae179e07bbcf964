import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bar, type Chart, intervalChart } from './chart.ts'
import type { Environment } from './environment.ts'
import { judgements, labels, verdict } from './judgements.ts'
import { page } from './page.ts'
import type { Report, Sections } from './run.ts'
import type { Estimate, Spread } from './statistics.ts'

export type PeerNote = readonly [peer: string, text: string]

/** What was the case when something was measured. */
export interface Circumstances {
  readonly environment: Environment
  readonly rounds: number
  /** Of peers: how they were configured, in words. */
  readonly notes: readonly PeerNote[]
}

/** One part of the results: they can be measured one by one. */
export interface Part<R> extends Circumstances {
  readonly echo: Spread
  readonly twin: Estimate
  readonly rows: readonly R[]
}

export type Results = { readonly [S in keyof Sections]?: Part<Sections[S]> }

/** What is drawn: one figure of the rows that have a target. */
const charts: { readonly [name: string]: (results: Results) => Chart } = {
  efficiency: ({ rows }) => ({
    title: 'Against the floor: η',
    axis: 'η = processor time of the floor / of the service',
    bars: (rows?.rows ?? []).flatMap(row => barOf('rows', row, 'η', row.efficiency)),
  }),
  overhead: ({ rows }) => ({
    title: 'Beyond the floor: overhead',
    axis: 'overhead, in multiples of a bare echo',
    bars: (rows?.rows ?? []).flatMap(row => barOf('rows', row, 'overhead', row.overhead)),
  }),
  durable: ({ durable }) => ({
    title: 'What it costs that a created key is on the disk',
    axis: 'processor time of a durable creation / of one in memory',
    bars: (durable?.rows ?? []).flatMap(row => barOf('durable', row, 'durable / memory', row.cost)),
  }),
  peers: ({ peers }) => ({
    title: 'Other services',
    axis: 'time of the peer / of this service, for the same work',
    bars: (peers?.rows ?? []).flatMap(row => barOf('peers', row, 'peer / ours', row.ratio)),
  }),
}

function barOf<S extends keyof Sections>(section: S, row: Sections[S], figure: string, estimate: Estimate): Bar[] {
  const judged = judgements[section](row).find(each => each.figure === figure)
  if (judged === undefined) return []
  return [{ label: labels[section](row), estimate, target: { value: judged.target, verdict: verdict(judged) } }]
}

/**
 * Writes what was measured into a directory: `results.json`, a page that shows it, and charts. What was not measured this
 * time stays as it was.
 */
export async function writeResults(directory: string, report: Report, circumstances: Circumstances): Promise<void> {
  await mkdir(directory, { recursive: true })
  const file = join(directory, 'results.json')
  const results: Results = { ...(await readResults(file)), ...partsOf(report, circumstances) }
  await writeFile(file, `${JSON.stringify(results, null, 1)}\n`)
  for (const [name, chartOf] of Object.entries(charts)) {
    const chart = chartOf(results)
    if (chart.bars.length > 0) await writeFile(join(directory, `${name}.svg`), intervalChart(chart))
  }
  await writeFile(join(directory, 'README.md'), page(results))
}

async function readResults(file: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

function partsOf(report: Report, circumstances: Circumstances): Results {
  const { echo, twin } = report
  const part = <R>(rows: readonly R[]) => ({ ...circumstances, echo, twin, rows })
  return {
    // Every round would make a file of it that nobody reads.
    ...(report.rows.length > 0 && {
      rows: part(report.rows.map(({ rounds: _rounds, ...row }) => ({ ...row, rounds: [] }))),
    }),
    ...(report.durable.length > 0 && { durable: part(report.durable) }),
    ...(report.peers.length > 0 && { peers: part(report.peers) }),
  }
}
