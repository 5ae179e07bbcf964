import { Load } from './load.ts'
import { type OwnService, startOwnService } from './own-service.ts'
import { type Estimate, estimate, median, seededRandom, shuffled } from './statistics.ts'

export interface WorkersOptions {
  readonly rounds: number
  readonly slice: number
  readonly warmUp: number
  readonly connections: number
  readonly workers: number
  readonly environment?: Readonly<Record<string, string>>
}

export interface WorkersReport {
  /** Processor time of an answer of all processes together, in multiples of what one process takes. */
  readonly cost: Estimate
  /** Answers in a second in multiples of what one process gives. */
  readonly rate: Estimate
  /** How many processors the service had while it answered: alone, and with workers. */
  readonly busy: { readonly one: number; readonly workers: number }
}

interface Turn {
  /** Microseconds of an answer, on the clock and of processors. */
  readonly time: number
  readonly cpu: number
}

/** What several workers give and cost against one process, in turns on the same machine. */
export async function measureWorkers(options: WorkersOptions): Promise<WorkersReport> {
  const { rounds, slice, warmUp, connections, workers, environment } = options
  const services = await Promise.all(
    [1, workers].map(count => startOwnService({ ...environment, KMS_WORKERS: String(count) })),
  )
  const loads: Load[] = []
  try {
    const sides = []
    for (const service of services) {
      const load = await Load.open(service.address, connections)
      loads.push(load)
      const requests = await service.signing('ED25519')
      await load.slice(requests, warmUp)
      sides.push({ turn: () => turnOf(service, load, requests, slice), turns: [] as Turn[] })
    }
    const random = seededRandom(1)
    for (let round = 0; round < rounds; round += 1) {
      for (const side of shuffled(sides, random)) side.turns.push(await side.turn())
    }
    const [one = [], several = []] = sides.map(({ turns }) => turns)
    const pairs = one.map((first, index) => ({ one: first, several: several[index] as Turn }))
    const ratio = (of: (pair: (typeof pairs)[number]) => number) =>
      estimate(pairs, some => median(some.map(of)), seededRandom(1))
    const busyOf = (turns: readonly Turn[]) => median(turns.map(({ cpu, time }) => cpu / time))
    return {
      cost: ratio(pair => pair.several.cpu / pair.one.cpu),
      rate: ratio(pair => pair.one.time / pair.several.time),
      busy: { one: busyOf(one), workers: busyOf(several) },
    }
  } finally {
    for (const load of loads) load.close()
    for (const service of services) await service.stop()
  }
}

async function turnOf(service: OwnService, load: Load, requests: readonly Buffer[], count: number): Promise<Turn> {
  const before = await service.cpu()
  const start = performance.now()
  await load.slice(requests, count)
  const time = ((performance.now() - start) * 1000) / count
  return { time, cpu: ((await service.cpu()) - before) / count }
}
