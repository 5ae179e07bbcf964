import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lateness, latenessOf } from './lateness.ts'
import { Load, postRequest } from './load.ts'
import { type Estimate, median } from './statistics.ts'
import { type Address, startServer } from './variant-process.ts'
import { type Operation, operations } from './variants.ts'

export interface BesideOptions {
  readonly rounds: number
  /** Signatures for each turn. */
  readonly slice: number
  readonly warmUp: number
}

export interface BesideReport {
  /** Of a signature while nothing else is asked for, from request to answer: median, milliseconds. */
  readonly idle: number
  /** The same while the threads compute as much as they can, in multiples of that: the median, and the 99th percentile. */
  readonly p50: Estimate
  readonly p99: Estimate
  /** How many of the long computations ended meanwhile. */
  readonly computed: number
}

/** What is asked for beside the signatures: more than there are threads for, so that some always wait. */
const computations = 8

/** How long light requests take while the same service signs many messages at once with BBS+, again and again. */
export async function measureBeside({ rounds, slice, warmUp }: BesideOptions): Promise<BesideReport> {
  const [sign, multi] = ['sign', 'signmulti'].map(name => operations.find(operation => operation.name === name))
  if (sign === undefined || multi === undefined) throw new Error('there is nothing to measure')
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-'))
  const output = await open(join(directory, 'log'), 'w')
  const service = await startServer({ script: 'service-server', directory, output: output.fd, authentication: 'none' })
  const addressOf = ({ keyType, proof, actions }: Operation) => service.prepare({ keyType, proof, actions })
  const address = await addressOf(sign)
  const light = await Load.open(address)
  const heavy = await Load.open(address)
  try {
    const requestsOf = async (operation: Operation, address: Address, load: Load) => {
      const bodies = await operation.bodies(address, (path, body) => load.ask(postRequest(path, body)), 64)
      return bodies.map(body => postRequest(operation.path(address), body))
    }
    const signing = await requestsOf(sign, address, light)
    const computing = await requestsOf(multi, await addressOf(multi), heavy)
    await light.timed(signing, warmUp, 1)
    await heavy.slice(computing, computations)
    let computed = 0
    const taken: Lateness[] = []
    for (let round = 0; round < rounds; round += 1) {
      const idle = await light.timed(signing, slice, 1)
      let isOver = false
      const beside = heavy.keepUp(computing, computations, () => isOver)
      const busy = await light.timed(signing, slice, 1)
      isOver = true
      computed += await beside
      taken.push({ idle, busy })
    }
    const idle = median(taken.flatMap(round => round.idle))
    return { idle, p50: latenessOf(taken, 0.5), p99: latenessOf(taken, 0.99), computed }
  } finally {
    light.close()
    heavy.close()
    await service.stop()
    await output.close()
    await rm(directory, { recursive: true })
  }
}
