import { once } from 'node:events'
import { watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServiceOptions, type ServiceProcess, spawnService, startService } from '../service-process.ts'
import { checkStore } from './check.ts'
import type { Client, Tally } from './client.ts'
import { Ledger, type OperationKind } from './ledger.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Settlement } from './settle.ts'
import { work } from './workload.ts'

const clients = 8

/** Milliseconds of work after which the process is killed. */
const shortestLife = 5
const longestLife = 400

/** More changes than the first start on an empty directory makes to it. */
const changesOfFirstStart = 16

/** One store, and all the processes that are killed over it. */
export class Trial {
  readonly ledger = new Ledger()
  readonly #directory: string
  readonly #random: SeededRandom
  readonly #acknowledged: Map<OperationKind, number>
  readonly #tally: Tally
  readonly #service: ServiceOptions
  /** Of the last start that was let be, in milliseconds. */
  #startTime = 500

  /** @param directory an empty one */
  constructor(directory: string, random: SeededRandom, acknowledged: Map<OperationKind, number>, tally: Tally) {
    this.#directory = directory
    this.#random = random
    this.#acknowledged = acknowledged
    this.#tally = tally
    this.#service = { directory, environment: { KMS_DATABASE_URL: directory } }
  }

  /** Starts the process, checks what the last one left behind, has clients work, and kills it meanwhile. */
  async round(): Promise<Settlement[]> {
    const service = await this.#start()
    const settlements = await this.#check(service)
    this.ledger.round += 1
    let killed = false
    const working = Array.from({ length: clients }, () => work(this.#client(service, this.#acknowledged), () => killed))
    await sleep(this.#random.between(shortestLife, longestLife))
    killed = true
    await service.stop('SIGKILL')
    await Promise.all(working)
    return settlements
  }

  /** Checks what the last process left behind, and stops the next one as it should be stopped. */
  async finish(): Promise<Settlement[]> {
    const service = await this.#start()
    const settlements = await this.#check(service)
    const code = await service.stop()
    if (code !== 0) this.#tally.violations.push(`the service stopped with code ${code}:\n${service.output()}`)
    return settlements
  }

  /**
   * Kills a process while it starts: on an empty directory as soon as it has changed it a number of times, since that
   * takes a few milliseconds only, otherwise at any time.
   *
   * @returns whether it was killed before it listened
   */
  async interruptStart(): Promise<boolean> {
    const isFirst = this.ledger.round === 0
    const ended = new AbortController()
    const { child, output } = spawnService(this.#service)
    const listens = () => output().includes('listening at')
    const listening = new Promise<void>(resolve => child.stdout.on('data', () => listens() && resolve()))
    const moment = isFirst
      ? changed(this.#directory, this.#random.between(1, changesOfFirstStart), ended.signal)
      : sleep((this.#random.between(0, 100) / 100) * this.#startTime)
    await Promise.race([moment, listening, once(child, 'exit')])
    ended.abort()
    if (child.exitCode !== null) this.#tally.violations.push(`the service ended while it started:\n${output()}`)
    else child.kill('SIGKILL')
    await once(child, 'close')
    return !listens()
  }

  async #start(): Promise<ServiceProcess> {
    const from = performance.now()
    const service = await startService(this.#service)
    this.#startTime = performance.now() - from
    return service
  }

  async #check(service: ServiceProcess): Promise<Settlement[]> {
    try {
      // What the checks themselves ask for is not counted as work.
      return await checkStore(this.#client(service, new Map()), this.#directory)
    } catch (error) {
      await service.stop('SIGKILL')
      throw new Error(`the service could not be checked:\n${service.output()}`, { cause: error })
    }
  }

  #client({ url }: ServiceProcess, acknowledged: Map<OperationKind, number>): Client {
    return { url, ledger: this.ledger, random: this.#random.fork(), acknowledged, tally: this.#tally }
  }
}

/** Resolves when a directory was changed so many times. */
async function changed(directory: string, times: number, signal: AbortSignal): Promise<void> {
  const watcher = watch(directory, { signal })
  await new Promise<void>(resolve => {
    let count = 0
    watcher.on('change', () => {
      count += 1
      if (count === times) resolve()
    })
    watcher.on('close', resolve)
  })
}
