import { Load } from './load.ts'
import { startOwnService } from './own-service.ts'
import { median, quantile, seededRandom, shuffled } from './statistics.ts'

export interface SaturationOptions {
  readonly rounds: number
  /** Signatures in each round at each number of connections. */
  readonly slice: number
  readonly warmUp: number
  /** How many requests are under way at once. Default: 1 to 256. */
  readonly connections?: readonly number[]
  readonly environment?: Readonly<Record<string, string>>
}

export interface SaturationPoint {
  readonly connections: number
  /** Answers in a second; the median of the rounds, and the least. */
  readonly rate: number
  readonly lowest: number
  /** Milliseconds from a request to its answer: the medians of the rounds. */
  readonly p50: number
  readonly p99: number
  /** Microseconds of processor time of an answer. */
  readonly cpu: number
}

export interface SaturationReport {
  readonly points: readonly SaturationPoint[]
  /** The fewest connections with which nine tenths of the highest rate are reached. */
  readonly knee: number
  /** The lowest rate beyond the knee as a part of the highest. */
  readonly kept: number
  /** What an answer costs beyond the knee at most, in multiples of the least: it does not fall and rise with the machine. */
  readonly dearer: number
}

const allConnections = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** How many signatures a service gives, and how late, by how many are asked for at once. */
export async function measureSaturation(options: SaturationOptions): Promise<SaturationReport> {
  const { rounds, slice, warmUp, connections = allConnections, environment = {} } = options
  const service = await startOwnService(environment)
  try {
    const requests = await service.signing('ED25519')
    // Connections that wait for their turn for long would be closed.
    const on = async <T>(connections: number, run: (load: Load) => Promise<T>): Promise<T> => {
      const load = await Load.open(service.address, connections)
      return run(load).finally(() => load.close())
    }
    await on(16, load => load.timed(requests, warmUp, 16))
    const random = seededRandom(1)
    const seen = new Map(connections.map(each => [each, [] as Measurement[]]))
    for (let round = 0; round < rounds; round += 1) {
      for (const each of shuffled(connections, random)) {
        const measurement = await on(each, async load => {
          // Each of them once: who has just connected is slower.
          await load.timed(requests, each, each)
          const before = await service.cpu()
          const start = performance.now()
          const taken = await load.timed(requests, Math.max(slice, 4 * each), each)
          const seconds = (performance.now() - start) / 1000
          return { taken, seconds, cpu: (await service.cpu()) - before }
        })
        seen.get(each)?.push(measurement)
      }
    }
    return reportOf([...seen].map(([each, rows]) => pointOf(each, rows)))
  } finally {
    await service.stop()
  }
}

interface Measurement {
  readonly taken: readonly number[]
  readonly seconds: number
  readonly cpu: number
}

function pointOf(connections: number, rows: readonly Measurement[]): SaturationPoint {
  const rates = rows.map(({ taken, seconds }) => taken.length / seconds)
  return {
    connections,
    rate: median(rates),
    lowest: Math.min(...rates),
    p50: median(rows.map(({ taken }) => quantile(taken, 0.5))),
    p99: median(rows.map(({ taken }) => quantile(taken, 0.99))),
    cpu: median(rows.map(({ taken, cpu }) => cpu / taken.length)),
  }
}

export function reportOf(points: readonly SaturationPoint[]): SaturationReport {
  const highest = Math.max(...points.map(({ rate }) => rate))
  const knee = points.find(({ rate }) => rate >= 0.9 * highest)?.connections ?? 0
  const beyond = points.filter(({ connections }) => connections >= knee)
  const least = Math.min(...points.map(({ cpu }) => cpu))
  return {
    points,
    knee,
    kept: Math.min(...beyond.map(({ rate }) => rate)) / highest,
    dearer: Math.max(...beyond.map(({ cpu }) => cpu)) / least,
  }
}
