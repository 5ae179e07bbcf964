import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from '../http-client.ts'
import { type ServiceOptions, type ServiceProcess, spawnService, startService } from '../service-process.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Milliseconds within which a service must be ready again when all that it needs is there. */
const recoveryTime = 120_000
const readinessInterval = 20

/** The processes of the service over one place, by number. Any of them may be killed, and is started again. */
export class Instances {
  readonly #options: readonly ServiceOptions[]
  readonly #running: (ServiceProcess | undefined)[]
  /** Of the last start that was let be, in milliseconds. */
  #startTime = 500

  constructor(directory: string, environments: readonly Readonly<Record<string, string>>[]) {
    this.#options = environments.map(environment => ({ directory, environment }))
    this.#running = environments.map(() => undefined)
  }

  /** Starts those that do not run, all at once, and answers where they listen when every one of them is ready. */
  async start(): Promise<string[]> {
    const missing = this.#missing()
    const from = performance.now()
    const started = await Promise.allSettled(
      missing.map(async ({ number, options }) => {
        this.#running[number] = await startService(options)
      }),
    )
    for (const outcome of started) if (outcome.status === 'rejected') throw outcome.reason
    if (missing.length > 0) this.#startTime = performance.now() - from
    await Promise.all(this.#alive().map(untilReady))
    return this.#alive().map(({ url }) => url)
  }

  /**
   * Kills one of those that do not run while it starts: at the given moment, otherwise at any time.
   *
   * @returns whether one was killed before it listened
   * @throws Error if it ended by itself
   */
  async interruptStart(
    random: SeededRandom,
    moment: (signal: AbortSignal) => Promise<unknown> = () => sleep((random.between(0, 100) / 100) * this.#startTime),
  ): Promise<boolean> {
    const missing = this.#missing()
    if (missing.length === 0) return false
    const ended = new AbortController()
    const { child, output } = spawnService(random.pick(missing).options)
    const listens = () => output().includes('listening at')
    const listening = new Promise<void>(resolve => child.stdout.on('data', () => listens() && resolve()))
    await Promise.race([moment(ended.signal), listening, once(child, 'exit')])
    ended.abort()
    if (child.exitCode !== null) throw new Error(`the service ended while it started:\n${output()}`)
    child.kill('SIGKILL')
    await once(child, 'close')
    return !listens()
  }

  async kill(numbers: readonly number[]): Promise<void> {
    await Promise.all(
      numbers.map(async number => {
        await this.#running[number]?.stop('SIGKILL')
        this.#running[number] = undefined
      }),
    )
  }

  /** Stops them as they should be stopped, and answers a sentence for each that did not end well. */
  async stop(): Promise<string[]> {
    const endings = await Promise.all(
      this.#alive().map(async service => {
        const code = await service.stop()
        return code === 0 ? [] : [`the service stopped with code ${code}:\n${service.output()}`]
      }),
    )
    this.#running.fill(undefined)
    return endings.flat()
  }

  /** The end of what each of them wrote. */
  output(): string {
    return this.#alive().map(lastOutput).join('\n')
  }

  #missing() {
    return this.#options.flatMap((options, number) => (this.#running[number] ? [] : [{ number, options }]))
  }

  #alive(): ServiceProcess[] {
    return this.#running.filter(service => service !== undefined)
  }
}

async function untilReady(service: ServiceProcess): Promise<void> {
  const deadline = performance.now() + recoveryTime
  while ((await request('GET', `${service.url}/health/ready`)).status !== 200) {
    if (performance.now() > deadline) throw new Error(`the service did not recover:\n${lastOutput(service)}`)
    await sleep(readinessInterval)
  }
}

const lastOutput = (service: ServiceProcess): string => service.output().slice(-8192)
