import { judgements, verdict } from './judgements.ts'
import type { Sections } from './run.ts'
import type { Estimate, Spread } from './statistics.ts'

/** A column of a table: its heading, and what stands in it for a row. */
export type Column<R> = readonly [heading: string, cell: (row: R) => string]

/** How each part of a report is written for people. */
export const tables: { readonly [S in keyof Sections]: readonly Column<Sections[S]>[] } = {
  rows: [
    ['operation', ({ operation }) => operation],
    ['key type', ({ keyType }) => keyType],
    ['request', ({ proof }) => proof],
    ['Ed25519', ({ ed25519 = '' }) => ed25519],
    ['floor µs (p10)', ({ floor }) => withQuiet(floor)],
    ['real µs (p10)', ({ real }) => withQuiet(real)],
    ['η = floor / real [95 %]', ({ efficiency }) => withInterval(efficiency)],
    ['overhead in echoes [95 %]', ({ overhead }) => withInterval(overhead)],
    ['targets', row => verdicts('rows', row)],
  ],
  durable: [
    ['connections', ({ connections }) => String(connections)],
    ['in memory µs (p10)', ({ memory }) => withQuiet(memory)],
    ['durable µs (p10)', ({ durable }) => withQuiet(durable)],
    ['durable / in memory [95 %]', ({ cost }) => withInterval(cost)],
    ['rows per fdatasync', ({ rowsPerCommit }) => rowsPerCommit.toFixed(1)],
    ['targets', row => verdicts('durable', row)],
  ],
  peers: [
    ['peer', ({ peer }) => peer],
    ['operation', ({ operation }) => operation],
    ['key type', ({ keyType }) => keyType],
    ['our request', ({ proof }) => proof],
    ['our Ed25519', ({ ed25519 = '' }) => ed25519],
    ['time', ({ of }) => (of === 'cpu' ? 'processor' : 'real')],
    ['peer µs (p10, mean)', ({ theirs }) => withMean(theirs)],
    ['ours µs (p10, mean)', ({ ours }) => withMean(ours)],
    ['peer / ours [95 %]', ({ ratio }) => withInterval(ratio)],
    ['of means [95 %]', ({ ratioOfMeans }) => withInterval(ratioOfMeans)],
    ['targets', row => verdicts('peers', row)],
  ],
}

export function withInterval({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} [${low.toFixed(2)}..${high.toFixed(2)}]`
}

function withQuiet({ value, p10 }: Spread): string {
  return `${value.toFixed(1)} (${p10.toFixed(1)})`
}

function withMean({ value, p10, mean }: Spread): string {
  return `${value.toFixed(1)} (${p10.toFixed(1)}, ${mean.toFixed(1)})`
}

function verdicts<S extends keyof Sections>(section: S, row: Sections[S]): string {
  return judgements[section](row)
    .map(each => `${each.figure} ${each.bound === 'least' ? '≥' : '≤'} ${each.target}: ${verdict(each)}`)
    .join('; ')
}

/** The first two lines of a table in Markdown. */
export function headOf<R>(columns: readonly Column<R>[]): string {
  return `${lineOf(columns.map(([heading]) => heading))}\n${lineOf(columns.map(() => '---'))}`
}

export function rowOf<R>(columns: readonly Column<R>[], row: R): string {
  return lineOf(columns.map(([, cell]) => cell(row)))
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
