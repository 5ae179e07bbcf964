import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { FloodData } from './flood-thread.ts'
import { type Lateness, latenessOf } from './lateness.ts'
import { Load } from './load.ts'
import { startOwnService } from './own-service.ts'
import { type Estimate, median, quantile } from './statistics.ts'

export interface FloodOptions {
  readonly rounds: number
  /** Signatures of the light caller in each turn. */
  readonly slice: number
  readonly warmUp: number
  /** Of the caller that floods the service, a request under way on each. */
  readonly connections: number
  /** What both sign with. Default: Ed25519. */
  readonly keyType?: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface FloodReport {
  /** Of a signature while nobody floods the service: milliseconds. */
  readonly idle: { readonly p50: number; readonly p99: number }
  readonly flooded: { readonly p50: number; readonly p99: number }
  /** How much later it is answered while somebody does, of the rounds' medians and 99th percentiles. */
  readonly p50: Estimate
  readonly p99: Estimate
  /** How many signatures the other one got meanwhile, each second. */
  readonly others: number
}

/** How long the requests of one keystore take while another one is asked for as much as can be done. */
export async function measureFlood(options: FloodOptions): Promise<FloodReport> {
  const { rounds, slice, warmUp, connections, keyType = 'ED25519', environment = {} } = options
  const service = await startOwnService(environment)
  try {
    const light = await Load.open(service.address, 1)
    const requests = await service.signing(keyType)
    // It has an event loop of its own: what it waits for must not hold up whoever is measured.
    const workerData: FloodData = { address: service.address, requests: await service.signing(keyType), connections }
    const flood = new Worker(new URL('./flood-thread.js', import.meta.url), { workerData })
    try {
      await once(flood, 'message')
      await light.timed(requests, warmUp, 1)
      const taken: Lateness[] = []
      let [answered, seconds] = [0, 0]
      for (let round = 0; round < rounds; round += 1) {
        const idle = await light.timed(requests, slice, 1)
        const start = performance.now()
        const over = once(flood, 'message')
        flood.postMessage('flood')
        const busy = await light.timed(requests, slice, 1)
        flood.postMessage('rest')
        const [count] = await over
        answered += count
        seconds += (performance.now() - start) / 1000
        taken.push({ idle, busy })
      }
      const of = (which: 'idle' | 'busy') => ({
        p50: median(taken.map(round => quantile(round[which], 0.5))),
        p99: median(taken.map(round => quantile(round[which], 0.99))),
      })
      return {
        idle: of('idle'),
        flooded: of('busy'),
        p50: latenessOf(taken, 0.5),
        p99: latenessOf(taken, 0.99),
        others: answered / seconds,
      }
    } finally {
      light.close()
      const exit = once(flood, 'exit')
      flood.postMessage('end')
      await exit
    }
  } finally {
    await service.stop()
  }
}
