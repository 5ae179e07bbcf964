import type { Sections } from './run.ts'
import { isAtLeast, isAtMost } from './targets.ts'

/** A figure and what it is to be: at least, or at most. */
export interface Judgement {
  readonly figure: string
  readonly value: number
  readonly bound: 'least' | 'most'
  readonly target: number
}

/** The second means: missed, but by less than the machine may be to blame for. */
export type Verdict = 'reached' | 'within 10 %' | 'missed'

export function verdict({ value, bound, target }: Judgement): Verdict {
  const isReached = bound === 'least' ? value >= target : value <= target
  if (isReached) return 'reached'
  return (bound === 'least' ? isAtLeast : isAtMost)(value, target) ? 'within 10 %' : 'missed'
}

const least = (figure: string, value: number, target: number | undefined): Judgement[] =>
  target === undefined ? [] : [{ figure, value, bound: 'least', target }]
const most = (figure: string, value: number, target: number | undefined): Judgement[] =>
  target === undefined ? [] : [{ figure, value, bound: 'most', target }]

/** What is judged of each row. */
export const judgements: { readonly [S in keyof Sections]: (row: Sections[S]) => readonly Judgement[] } = {
  rows: ({ efficiency, overhead, targets }) => [
    ...least('η', efficiency.value, targets.efficiency),
    ...most('overhead', overhead.value, targets.overhead),
  ],
  durable: ({ cost, rowsPerCommit, targets }) => [
    ...most('durable / memory', cost.value, targets.cost),
    ...least('rows per fdatasync', rowsPerCommit, targets.rowsPerCommit),
  ],
  peers: ({ ratio, target }) => least('peer / ours', ratio.value, target),
}

/** The row in a few words. */
export const labels: { readonly [S in keyof Sections]: (row: Sections[S]) => string } = {
  rows: row => wordsOf(row),
  durable: ({ connections }) => `create ED25519, ${connections} connections`,
  peers: row => `${row.peer}: ${wordsOf(row)}`,
}

function wordsOf({
  operation,
  keyType,
  proof,
  ed25519,
}: Omit<Sections['rows'], 'targets'> | Sections['peers']): string {
  return [`${operation} ${keyType}`, proof, ...(ed25519 ? [ed25519] : [])].join(', ')
}
