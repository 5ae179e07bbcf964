import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Channel } from '../workers/channel.ts'
import type { ProcessMetrics } from '../workers/protocol.ts'

/** A process that says what it has measured. */
export interface Measured {
  readonly channel: Pick<Channel, 'ask'>
}

/** What goes on being counted. */
const counting = new Set(['counter', 'histogram'])

/** Of the primary itself: that its event loop is idle would make the workers' look better than it is. */
const ofPrimary = /^(process_|kms_)/

/**
 * The metrics of a service of several processes: counters and histograms are sums, gauges as `prom-client` says for each.
 * What a process has counted that has ended is still counted, as it was told last: a counter that fell would look as if
 * everything had been counted anew.
 */
export class WholeService<P extends Measured> {
  readonly #own = new Registry()
  readonly #processes: () => readonly P[]
  readonly #last = new Map<P, ProcessMetrics>()
  #ended: ProcessMetrics = []

  /** @param replaced how often a worker took another one's place */
  constructor(processes: () => readonly P[], replaced: () => number) {
    this.#processes = processes
    collectDefaultMetrics({ register: this.#own })
    const registers = [this.#own]
    new Gauge({
      name: 'kms_workers',
      help: 'Processes that serve requests.',
      registers,
      collect() {
        this.set(processes().length)
      },
    })
    new Counter({
      name: 'kms_worker_restarts_total',
      help: 'Workers that took the place of one that had ended.',
      registers,
      collect() {
        this.reset()
        this.inc(replaced())
      },
    })
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE

  async metrics(): Promise<string> {
    await Promise.all(this.#processes().map(worker => this.#ask(worker)))
    const own = (await this.#own.getMetricsAsJSON()) as unknown as ProcessMetrics
    const all = [own.filter(({ name }) => ofPrimary.test(name)).map(withStart), ...this.#last.values(), this.#ended]
    return AggregatorRegistry.aggregate(all).metrics()
  }

  /** A process has ended. */
  forget(worker: P): void {
    const last = this.#last.get(worker)
    this.#last.delete(worker)
    if (last === undefined) return
    const counted = last.filter(({ type }) => counting.has(String(type)))
    this.#ended = AggregatorRegistry.aggregate([this.#ended, counted]).getMetricsAsArray() as unknown as ProcessMetrics
  }

  /** Whoever does not answer has what it said last. */
  async #ask(worker: P): Promise<void> {
    const told = await worker.channel.ask('metrics', null).catch(() => undefined)
    if (told !== undefined) this.#last.set(worker, told.map(numbersOf))
  }
}

/** JSON has no NaN, which is what a gauge is that has nothing to say yet: it says nothing then. */
function numbersOf(metric: ProcessMetrics[number]): ProcessMetrics[number] {
  return { ...metric, values: metric.values.filter(({ value }) => typeof value === 'number') }
}

/** The service has started with its first process; the library leaves that out. */
function withStart(metric: ProcessMetrics[number]): ProcessMetrics[number] {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'min' } : metric
}
