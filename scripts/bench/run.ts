import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Proof } from './caller.ts'
import { type Estimate, estimate, geometricMean, median, seededRandom } from './statistics.ts'
import { takeTurns, Variant } from './variant.ts'
import { echo, type Operation } from './variants.ts'

export interface RunOptions {
  readonly operations: readonly Operation[]
  readonly rounds: number
  /** How many requests a variant answers before its processor time is read again. */
  readonly slice: number
  /** How many requests a variant answers before the first round: the compiler is not done with it before. */
  readonly warmUp: number
  /** How many different requests there are. */
  readonly bodies: number
  readonly seed: number
  /** Of the services, and those floors that know them. */
  readonly settings?: Readonly<Record<string, string>>
}

/** What takes about a minute for all operations. */
export const full = { rounds: 40, slice: 200, warmUp: 8000, bodies: 64 } as const

/** One tiny round, to see that everything works; nothing can be learned from its figures. */
export const once = { rounds: 1, slice: 4, warmUp: 4, bodies: 2 } as const

/** Microseconds of processor time per answer in one round, by variant. */
type Round = Readonly<Record<'floor' | 'real' | 'echo' | 'twin', number>>

export interface Row {
  readonly operation: string
  readonly keyType: string
  readonly proof: Proof
  /** Medians, microseconds of processor time per answer. */
  readonly floor: number
  readonly real: number
  /** Floor / real. */
  readonly efficiency: Estimate
  /** (Real - floor) / echo. */
  readonly overhead: Estimate
  readonly rounds: readonly Round[]
}

export interface Report {
  readonly rows: readonly Row[]
  /** Median, microseconds. */
  readonly echo: number
  /** The echo in another process / the echo: what two equal things differ by in this run. */
  readonly twin: Estimate
}

/**
 * Measures the processor time per answer of each operation, against its floor and the bare echo. The variants are
 * processes of their own that take turns in short slices, in a random order in each round, so that whatever else the
 * machine does meets all of them alike.
 */
export async function run(options: RunOptions, onRow: (row: Row) => void = () => {}): Promise<Report> {
  const random = seededRandom(options.seed)
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-'))
  const output = await open(join(directory, 'log'), 'w')
  const running: Variant[] = []
  const start = async (script: 'floor-server' | 'service-server', operation: Operation) => {
    const place = await mkdtemp(join(directory, 'variant-'))
    const variant = await Variant.start({
      script,
      operation,
      directory: place,
      output: output.fd,
      bodies: options.bodies,
      ...(options.settings && { settings: options.settings }),
    })
    running.push(variant)
    await variant.answer(options.warmUp)
    return variant
  }
  try {
    const rows: Row[] = []
    const [first, twin] = await Promise.all([start('floor-server', echo), start('floor-server', echo)])
    for (const operation of options.operations) {
      const [floor, real] = await Promise.all([start('floor-server', operation), start('service-server', operation)])
      const rounds = await takeTurns({ floor, real, echo: first, twin }, options, random)
      await Promise.all([floor.stop(), real.stop()])
      const row = rowOf(operation, rounds, random)
      rows.push(row)
      onRow(row)
    }
    const rounds = rows.flatMap(row => row.rounds)
    return { rows, echo: median(rounds.map(round => round.echo)), twin: ratio(rounds, 'twin', 'echo', random) }
  } finally {
    await Promise.all(running.map(variant => variant.stop()))
    await output.close()
    await rm(directory, { recursive: true })
  }
}

function rowOf({ name, keyType, proof }: Operation, rounds: readonly Round[], random: () => number): Row {
  const overhead = (some: readonly Round[]) => (typical(some, 'real') - typical(some, 'floor')) / typical(some, 'echo')
  return {
    operation: name,
    keyType,
    proof,
    floor: median(rounds.map(round => round.floor)),
    real: median(rounds.map(round => round.real)),
    efficiency: ratio(rounds, 'floor', 'real', random),
    overhead: estimate(rounds.map(normalized), overhead, random),
    rounds,
  }
}

function ratio(rounds: readonly Round[], above: keyof Round, below: keyof Round, random: () => number): Estimate {
  return estimate(rounds.map(normalized), some => typical(some, above) / typical(some, below), random)
}

function typical(rounds: readonly Round[], variant: keyof Round): number {
  return median(rounds.map(round => round[variant]))
}

/** A round in units of its own geometric mean: what slowed the whole round is gone. */
function normalized(round: Round): Round {
  const mean = geometricMean(Object.values(round))
  return Object.fromEntries(Object.entries(round).map(([variant, time]) => [variant, time / mean])) as unknown as Round
}
