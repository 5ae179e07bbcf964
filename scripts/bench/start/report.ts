import { type Estimate, estimate, median, type UnitRandom } from '../statistics.ts'
import type { Start } from './starts.ts'

export interface StartRow {
  readonly name: string
  /** Medians of all starts, and how many times it is of the first one. */
  readonly start: Start
  readonly wall: Estimate
  readonly cpu: Estimate
}

/** How one start compares with another of the same round, which met the same machine. */
export function compareStarts<Name extends string>(
  rounds: readonly Readonly<Record<Name, Start>>[],
  base: Name,
  random: UnitRandom,
): StartRow[] {
  const names = Object.keys(rounds[0] ?? {}) as Name[]
  const typical = (name: Name, figure: keyof Start) => median(rounds.map(round => round[name][figure]))
  const ratio = (name: Name, figure: 'wall' | 'cpu') =>
    estimate(
      rounds.map(round => round[name][figure] / round[base][figure]),
      median,
      random,
    )
  return names.map(name => ({
    name,
    start: {
      wall: typical(name, 'wall'),
      cpu: typical(name, 'cpu'),
      own: typical(name, 'own'),
      resident: typical(name, 'resident'),
    },
    wall: ratio(name, 'wall'),
    cpu: ratio(name, 'cpu'),
  }))
}

export const startHead = `| start | until it listens, ms | processor, ms | of the first: time [95 %] | processor [95 %] | own memory, MiB | resident, MiB |
|---|---|---|---|---|---|---|`

export function startLine({ name, start, wall, cpu }: StartRow): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0)
  const cells = [name, start.wall.toFixed(0), start.cpu.toFixed(0), interval(wall), interval(cpu)]
  return `| ${[...cells, mebibytes(start.own), mebibytes(start.resident)].join(' | ')} |`
}

export function interval({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} [${low.toFixed(2)}..${high.toFixed(2)}]`
}
