import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authenticationOf } from './caller.ts'
import { median, seededRandom, type UnitRandom } from './statistics.ts'
import { type Slice, takeTurns, Variant } from './variant.ts'
import { type ServerOptions, startServer, type VariantProcess } from './variant-process.ts'
import { echo, type Operation } from './variants.ts'

/** So many requests, or what there is time for: milliseconds. */
interface WarmUp {
  readonly requests: number
  readonly time?: number
}

export interface Extent extends Slice {
  readonly rounds: number
  /** What a process that was just started answers before it is measured: the compiler is not done with it before. */
  readonly warmUp: WarmUp
  /** What a process answers that has answered others already. */
  readonly warmUpAgain: WarmUp
  /** How many different requests there are. */
  readonly bodies: number
  /** Whether variants that are configured alike share a process, as requests of a service do; otherwise each has its own. */
  readonly shared: boolean
}

/** Half a minute for each row that is judged, on a busy machine. */
export const full: Extent = {
  rounds: 40,
  slice: 10_000,
  sliceTime: 30,
  warmUp: { requests: 8000, time: 30_000 },
  warmUpAgain: { requests: 2000, time: 3000 },
  bodies: 64,
  shared: true,
}

/** One tiny round, to see that everything works; nothing can be learned from its figures. */
export const once: Extent = {
  rounds: 1,
  slice: 4,
  warmUp: { requests: 4 },
  warmUpAgain: { requests: 4 },
  bodies: 2,
  shared: true,
}

/** Microseconds per answer in one round, by variant; the echo and its twin are in each. */
export type Round<Name extends string> = Readonly<Record<Name | 'echo' | 'twin', number>>

export type Settings = Readonly<Record<string, string>>

/** The servers of a run, and those two that are there all the time: a bare echo, and another one just like it. */
export class Bench {
  readonly extent: Extent
  readonly random: UnitRandom
  readonly #directory: string
  readonly #output: FileHandle
  readonly #processes = new Map<string, Promise<VariantProcess>>()
  readonly #running = new Set<Variant>()
  readonly #rounds: Round<never>[] = []
  #echoes: { readonly echo: Variant; readonly twin: Variant } | undefined

  private constructor(extent: Extent, seed: number, directory: string, output: FileHandle) {
    this.extent = extent
    this.random = seededRandom(seed)
    this.#directory = directory
    this.#output = output
  }

  static async open(extent: Extent, seed: number): Promise<Bench> {
    const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-'))
    const bench = new Bench(extent, seed, directory, await open(join(directory, 'log'), 'w'))
    try {
      await bench.#startEchoes()
      return bench
    } catch (error) {
      await bench.close()
      throw error
    }
  }

  async #startEchoes(): Promise<void> {
    const start = (name: string) => this.start('floor-server', echo, { name })
    const [first, twin] = await Promise.all([start('echo'), start('twin')])
    this.#echoes = { echo: first, twin }
  }

  /** A variant that has answered enough to be measured. @param options a name keeps it apart from others like it */
  async start(
    script: ServerOptions['script'],
    operation: Operation,
    options: { readonly settings?: Settings; readonly directory?: string; readonly name?: string } = {},
  ): Promise<Variant> {
    const { settings = {}, directory, name = '' } = options
    const { bodies, shared } = this.extent
    const authentication = authenticationOf(operation.proof)
    const launch = async () => {
      const own = directory ?? (await mkdtemp(join(this.#directory, 'server-')))
      return startServer({ script, authentication, settings, directory: own, output: this.#output.fd })
    }
    if (!shared || directory !== undefined) {
      const process = await launch()
      return this.add(await Variant.on(process, { operation, bodies }, () => process.stop()))
    }
    const likeness = JSON.stringify([script, authentication, settings, name])
    const running = this.#processes.get(likeness)
    const process = running ?? launch()
    this.#processes.set(likeness, process)
    const variant = await Variant.on(await process, { operation, bodies }, async () => {})
    return this.add(variant, running && this.extent.warmUpAgain)
  }

  /** Has a variant answer enough to be measured, and ended with the bench. */
  async add(variant: Variant, { requests, time }: WarmUp = this.extent.warmUp): Promise<Variant> {
    this.#running.add(variant)
    await variant.answer(requests, time)
    return variant
  }

  /** A directory that is gone with the bench. */
  newDirectory(): Promise<string> {
    return mkdtemp(join(this.#directory, 'own-'))
  }

  /** The variants take turns with the echoes, and are done with. @param options what is otherwise than in the whole run */
  async measure<Name extends string>(
    variants: Readonly<Record<Name, Variant>>,
    { of = 'cpu', ...other }: Partial<Extent> & { readonly of?: 'cpu' | 'wall' } = {},
  ): Promise<Round<Name>[]> {
    if (this.#echoes === undefined) throw new Error('the bench is closed')
    const extent = { ...this.extent, ...other }
    const rounds = (await takeTurns({ ...variants, ...this.#echoes }, extent, this.random, of)) as Round<Name>[]
    await Promise.all(Object.values<Variant>(variants).map(variant => this.#stop(variant)))
    if (of !== 'wall') this.#rounds.push(...rounds)
    return rounds
  }

  /** What both echoes took in all rounds. */
  get echoes(): readonly Round<never>[] {
    return this.#rounds
  }

  /** Median, microseconds. */
  get echo(): number {
    return median(this.#rounds.map(({ echo }) => echo))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map(variant => this.#stop(variant)))
    const processes = await Promise.allSettled(this.#processes.values())
    await Promise.all(processes.map(each => each.status === 'fulfilled' && each.value.stop()))
    await this.#output.close()
    await rm(this.#directory, { recursive: true })
  }

  async #stop(variant: Variant): Promise<void> {
    this.#running.delete(variant)
    await variant.stop()
  }
}
