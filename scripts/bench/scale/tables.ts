import type { Environment } from '../environment.ts'
import { whereAndWhen } from '../page.ts'
import { interval, type StartRow, startHead, startLine } from '../start/report.ts'
import type { MemoryRow, ScaleReport, ScaleRow } from './measure.ts'

export interface ScaleResults extends ScaleReport {
  readonly store: 'embedded' | 'mongodb'
  readonly environment: Environment
  readonly starts: readonly StartRow[]
}

/** The report in Markdown, in parts: a row can be shown when it is known. */
export const rowHead = `| request | small store, µs | big store, µs | big / small [95 %] |
|---|---|---|---|`

export function rowLine({ name, small, big, ratio }: ScaleRow): string {
  return `| ${name} | ${small.toFixed(0)} | ${big.toFixed(0)} | ${interval(ratio)} |`
}

const moments: Readonly<Record<MemoryRow['when'], string>> = {
  warm: 'warm keys in use',
  half: 'after half of the cold keys',
  cold: 'after all of the cold keys',
}

export function memoryTable(rows: ScaleReport['memory']): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0)
  const cells = (side: 'small' | 'big', row: MemoryRow) =>
    [row[side].heap, row[side].own, row[side].resident].map(mebibytes).join(' / ')
  const lines = rows.map(row => `| ${moments[row.when]} | ${cells('small', row)} | ${cells('big', row)} |`)
  return ['| live heap / own memory / resident, MiB | small store | big store |', '|---|---|---|', ...lines].join('\n')
}

export function page({ store, environment, extents, rows, memory, starts }: ScaleResults): string {
  const keys = ({ keystores, keysEach }: ScaleReport['extents']['big']) =>
    `${(keystores * keysEach).toLocaleString('en')} keys in ${keystores.toLocaleString('en')} keystores`
  return `# Size of the store: ${store}

Written by \`npm run bench:scale\`: the service over a small store (${keys(extents.small)}) and over a big one
(${keys(extents.big)}), which take turns. ${whereAndWhen(environment)}

${[rowHead, ...rows.map(rowLine)].join('\n')}

Processor time of an answer, the audit log included. Warm keys are open already; those of the same keystores share
entries in the audit log where requests come together, those anywhere do not. A key that is asked for the first time is read,
authenticated, opened under its keystore's lock and imported.

${memoryTable(memory)}

${[startHead, ...starts.map(startLine)].join('\n')}
`
}
