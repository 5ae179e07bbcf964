import type { Registry } from 'prom-client'

/**
 * Metrics whose values are plain numbers that whoever counts holds on to: with label objects, as the library takes them,
 * each count would cost as much as a hash. They are read when Prometheus asks.
 */
interface Family {
  readonly name: string
  readonly help: string
  get(): { name: string; help: string; type: string; values: readonly Sample[]; aggregator: 'sum' }
}

interface Sample {
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Counter {
  value: number
}

/** How many children a family has at most: what comes after them is counted as `other`. */
const mostChildren = 200

/** Children by the values of their labels, of which only so many are ever made. */
class Children<T> {
  readonly #names: readonly string[]
  readonly #make: () => T
  readonly #known = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly child: T }>()

  constructor(names: readonly string[], make: () => T) {
    this.#names = names
    this.#make = make
  }

  child(values: readonly string[]): T {
    const key = values.length === 1 ? (values[0] as string) : values.join('\0')
    const known = this.#known.get(key)
    if (known !== undefined) return known.child
    if (this.#known.size >= mostChildren && values.some(value => value !== 'other')) {
      return this.child(values.map(() => 'other'))
    }
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? '']))
    const child = this.#make()
    this.#known.set(key, { labels, child })
    return child
  }

  all() {
    return [...this.#known.values()]
  }
}

export class CounterFamily implements Family {
  readonly name: string
  readonly help: string
  readonly #children: Children<Counter>

  constructor(registry: Registry, name: string, help: string, labels: readonly string[] = []) {
    this.name = name
    this.help = help
    this.#children = new Children(labels, () => ({ value: 0 }))
    register(registry, this)
  }

  /** The counter of these values, in the order of the labels' names. */
  child(...values: readonly string[]): Counter {
    return this.#children.child(values)
  }

  get() {
    const values = this.#children.all().map(({ labels, child }) => ({ labels, value: child.value }))
    return { name: this.name, help: this.help, type: 'counter', values, aggregator: 'sum' as const }
  }
}

/** Seconds. Those of the reference server, and smaller ones: most of what is done here takes less than its smallest. */
const buckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export class Histogram {
  readonly counts: number[] = buckets.map(() => 0)
  sum = 0
  count = 0

  observe(seconds: number): void {
    this.sum += seconds
    this.count += 1
    for (let index = 0; index < buckets.length; index++) {
      if (seconds > (buckets[index] ?? 0)) continue
      this.counts[index] = (this.counts[index] ?? 0) + 1
      return
    }
  }
}

export class HistogramFamily implements Family {
  readonly name: string
  readonly help: string
  readonly #children: Children<Histogram>

  constructor(registry: Registry, name: string, help: string, labels: readonly string[] = []) {
    this.name = name
    this.help = help
    this.#children = new Children(labels, () => new Histogram())
    register(registry, this)
  }

  child(...values: readonly string[]): Histogram {
    return this.#children.child(values)
  }

  get() {
    const values = this.#children.all().flatMap(({ labels, child }) => samplesOf(this.name, labels, child))
    return { name: this.name, help: this.help, type: 'histogram', values, aggregator: 'sum' as const }
  }
}

function samplesOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  { counts, sum, count }: Histogram,
): Sample[] {
  let below = 0
  const inBuckets = buckets.map((bound, index) => {
    below += counts[index] ?? 0
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bound) }, value: below }
  })
  return [
    ...inBuckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

/** The library asks nothing of a metric but what `Family` has; its types say more. */
function register(registry: Registry, family: Family): void {
  registry.registerMetric(family as unknown as Parameters<Registry['registerMetric']>[0])
}
