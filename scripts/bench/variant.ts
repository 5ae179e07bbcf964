import { headerLines, signedHeaders } from './caller.ts'
import { Load, postRequest } from './load.ts'
import { shuffled, type UnitRandom } from './statistics.ts'
import { type BenchUser, startVariant, type VariantProcess } from './variant-process.ts'
import type { Ask, Operation } from './variants.ts'

export interface VariantOptions {
  readonly script: 'floor-server' | 'service-server'
  readonly operation: Operation
  readonly directory: string
  /** What its standard output goes to: an open file's descriptor. */
  readonly output: number
  readonly settings?: Readonly<Record<string, string>>
  readonly user?: BenchUser
  /** How many different requests there are. Default: 64. */
  readonly bodies?: number
}

/** A server, its client and what it is asked. */
export class Variant {
  readonly #process: VariantProcess
  readonly #load: Load
  readonly #requests: readonly Buffer[]

  private constructor(process: VariantProcess, load: Load, requests: readonly Buffer[]) {
    this.#process = process
    this.#load = load
    this.#requests = requests
  }

  static async start(options: VariantOptions): Promise<Variant> {
    const { script, operation, directory, output, settings = {}, user = null, bodies: count = 64 } = options
    const args = [directory, operation.keyType, operation.proof, JSON.stringify(settings), JSON.stringify(user)]
    const process = await startVariant(script, args, output)
    try {
      const { address } = process
      const load = await Load.open(address)
      const { caller, headers = {} } = address
      const request = async (action: string, path: string, body: unknown) => {
        const signed = caller ? await signedHeaders(caller, action, path, body) : ''
        return postRequest(path, body, signed + headerLines(headers))
      }
      const ask: Ask = async (path, body) => load.ask(await request(path.slice(path.lastIndexOf('/') + 1), path, body))
      const bodies = await operation.bodies(address, ask, count)
      const path = operation.path(address)
      const requests = await Promise.all(bodies.map(body => request(operation.name, path, body)))
      return new Variant(process, load, requests)
    } catch (error) {
      await process.stop()
      throw error
    }
  }

  /** Answers `count` requests, and resolves with the microseconds of processor time that one took. */
  async answer(count: number): Promise<number> {
    const before = await this.#process.cpu()
    await this.#load.slice(this.#requests, count)
    return ((await this.#process.cpu()) - before) / count
  }

  async stop(): Promise<void> {
    this.#load.close()
    await this.#process.stop()
  }
}

/** The variants take turns in short slices, in a random order in each round. Microseconds per answer, by variant. */
export async function takeTurns<Name extends string>(
  variants: Readonly<Record<Name, Variant>>,
  { rounds, slice }: { readonly rounds: number; readonly slice: number },
  random: UnitRandom,
): Promise<Readonly<Record<Name, number>>[]> {
  const taken: Readonly<Record<Name, number>>[] = []
  while (taken.length < rounds) {
    const round: Partial<Record<Name, number>> = {}
    for (const [name, variant] of shuffled(Object.entries<Variant>(variants), random)) {
      round[name as Name] = await variant.answer(slice)
    }
    taken.push(round as Record<Name, number>)
  }
  return taken
}
