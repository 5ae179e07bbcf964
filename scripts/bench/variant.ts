import { actionOf } from '@keyhold/client'
import { authenticationOf, headerLines, signedHeaders } from './caller.ts'
import { Load, postRequest } from './load.ts'
import { shuffled, type UnitRandom } from './statistics.ts'
import { type Metered, type ServerOptions, startServer, type VariantProcess } from './variant-process.ts'
import type { Ask, Operation } from './variants.ts'

export interface VariantOptions {
  readonly operation: Operation
  /** How many different requests there are. Default: 64. */
  readonly bodies?: number
}

/** How much one variant is asked for before the next has its turn. */
export interface Slice {
  /** Requests, at most. */
  readonly slice: number
  /** Milliseconds that so many requests as are asked for shall take the server, whatever one of them takes. */
  readonly sliceTime?: number
}

/** On each connection: fewer would measure how a server wakes up, and falls asleep. */
const fewest = 4

/** Microseconds for one answer. */
interface Taken {
  readonly cpu: number
  readonly wall: number
}

/** A server, its client and what it is asked. */
export class Variant {
  readonly #meter: Metered
  readonly #load: Load
  readonly #requests: readonly Buffer[]
  readonly #items: number
  readonly #stop: () => Promise<void>
  #taken: Taken | undefined

  /** @param items how many answers one request counts for */
  constructor(meter: Metered, load: Load, requests: readonly Buffer[], stop: () => Promise<void>, items = 1) {
    this.#meter = meter
    this.#load = load
    this.#requests = requests
    this.#items = items
    this.#stop = stop
  }

  /** On a server process of its own, that ends with it. */
  static async start({ operation, bodies, ...server }: VariantOptions & Omit<ServerOptions, 'authentication'>) {
    const authentication = authenticationOf(operation.proof)
    const process = await startServer({ ...server, authentication })
    return Variant.on(process, { operation, ...(bodies !== undefined && { bodies }) }, () => process.stop())
  }

  /** On a process that runs. @param release called when the variant is not needed any more, or could not be made */
  static async on(process: VariantProcess, options: VariantOptions, release: () => Promise<void>): Promise<Variant> {
    const { operation, bodies: count = 64 } = options
    const { keyType, proof, connections } = operation
    let load: Load | undefined
    try {
      const address = await process.prepare({ keyType, proof, actions: operation.actions })
      const opened = await Load.open(address, connections)
      load = opened
      const { caller, headers = {} } = address
      const request = async (path: string, body: unknown) => {
        const signed = caller ? await signedHeaders(caller, actionOn(path), path, body) : ''
        return postRequest(path, body, signed + headerLines(headers))
      }
      const ask: Ask = async (path, body) => opened.ask(await request(path, body))
      const bodies = await operation.bodies(address, ask, count)
      const path = operation.path(address)
      const requests = await Promise.all(bodies.map(body => request(path, body)))
      return new Variant(process, opened, requests, release, operation.items)
    } catch (error) {
      load?.close()
      await release()
      throw error
    }
  }

  /**
   * Answers so many requests, and resolves with what one took.
   *
   * @param time milliseconds after which those that are not yet sent are left out
   */
  async answer(count: number, time?: number): Promise<Taken> {
    const before = await this.#meter.cpu()
    const start = performance.now()
    const answers = (await this.#load.slice(this.#requests, count, time)) * this.#items
    const wall = ((performance.now() - start) * 1000) / answers
    this.#taken = { cpu: ((await this.#meter.cpu()) - before) / answers, wall }
    return this.#taken
  }

  /** One turn among others, as long as what it took last says. */
  async turn({ slice, sliceTime = Number.POSITIVE_INFINITY }: Slice): Promise<Taken> {
    const { cpu, wall } = this.#taken ?? { cpu: 0, wall: 0 }
    const one = (cpu || wall) * this.#items
    return this.answer(Math.min(slice, Math.max(fewest * this.#load.connections, Math.round((sliceTime * 1000) / one))))
  }

  async stop(): Promise<void> {
    this.#load.close()
    await this.#stop()
  }
}

/** The action that a signed request invokes a capability for. */
function actionOn(path: string): string {
  const action = actionOf('POST', `http://localhost${path}`)
  if (action === undefined) throw new Error(`nothing is invoked by ${path}`)
  return action
}

/**
 * The variants take turns in short slices, in a random order in each round. Microseconds per answer, by variant.
 *
 * @param of which time is taken: of the processors, or, where a server's cannot be known, the real one
 */
export async function takeTurns<Name extends string>(
  variants: Readonly<Record<Name, Variant>>,
  { rounds, ...slice }: Slice & { readonly rounds: number },
  random: UnitRandom,
  of: 'cpu' | 'wall' = 'cpu',
): Promise<Readonly<Record<Name, number>>[]> {
  const taken: Readonly<Record<Name, number>>[] = []
  while (taken.length < rounds) {
    const round: Partial<Record<Name, number>> = {}
    for (const [name, variant] of shuffled(Object.entries<Variant>(variants), random)) {
      round[name as Name] = (await variant.turn(slice))[of]
    }
    taken.push(round as Record<Name, number>)
  }
  return taken
}
