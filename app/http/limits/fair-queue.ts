import { LRUCache } from 'lru-cache'

/** How many are known by name. One that is forgotten while something of it waits has two places for a while. */
const mostNames = 10_000

interface Flow<T> {
  readonly source: Source<T>
  readonly items: T[]
}

interface Source<T> {
  /** Those that have something waiting, in turn. */
  readonly flows: Flow<T>[]
  size: number
}

/**
 * What waits, in turn by where it comes from: each source has its turn, and within it each of its flows. However much one
 * of them brings, the others wait as long as if it had brought one thing.
 */
export class FairQueue<T> {
  /** Those that have something waiting, in turn. */
  readonly #turn: Source<T>[] = []
  readonly #sources = new LRUCache<string, Source<T>>({ max: mostNames })
  readonly #flows = new LRUCache<string, Flow<T>>({ max: mostNames })
  #size = 0

  get size(): number {
    return this.#size
  }

  push(sourceName: string, flowName: string, item: T): void {
    const flow = this.#flowOf(sourceName, flowName)
    const { source, items } = flow
    if (source.size === 0) this.#turn.push(source)
    if (items.length === 0) source.flows.push(flow)
    items.push(item)
    source.size += 1
    this.#size += 1
  }

  /** Takes what is next in turn. */
  shift(): T | undefined {
    const source = this.#turn.shift()
    const flow = source?.flows.shift()
    if (source === undefined || flow === undefined) return undefined
    const item = flow.items.shift()
    this.#size -= 1
    source.size -= 1
    if (flow.items.length > 0) source.flows.push(flow)
    if (source.size > 0) this.#turn.push(source)
    return item
  }

  /** Takes the newest of the flow that has most waiting, of the source that has most. */
  drop(): T | undefined {
    const source = longest(this.#turn, ({ size }) => size)
    const flow = source && longest(source.flows, ({ items }) => items.length)
    if (source === undefined || flow === undefined) return undefined
    const item = flow.items.pop()
    this.#size -= 1
    source.size -= 1
    if (flow.items.length === 0) source.flows.splice(source.flows.indexOf(flow), 1)
    if (source.size === 0) this.#turn.splice(this.#turn.indexOf(source), 1)
    return item
  }

  #flowOf(sourceName: string, flowName: string): Flow<T> {
    // A space is in no address.
    const name = `${sourceName} ${flowName}`
    const known = this.#flows.get(name)
    if (known !== undefined) return known
    const source = this.#sources.get(sourceName) ?? { flows: [], size: 0 }
    this.#sources.set(sourceName, source)
    const flow = { source, items: [] }
    this.#flows.set(name, flow)
    return flow
  }
}

function longest<V>(values: readonly V[], lengthOf: (value: V) => number): V | undefined {
  let found = values[0]
  for (const value of values) if (found !== undefined && lengthOf(value) > lengthOf(found)) found = value
  return found
}
