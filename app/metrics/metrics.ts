import type { ObserveCall } from '@keyhold/adapters'
import { type OnLookup, observed, type ResolveDid } from '@keyhold/core'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Around } from '../around.ts'
import type { Address } from '../config/values.ts'
import type { Authenticator, Authenticators } from '../http/authentication/authenticator.ts'
import type { RequestObserver } from '../http/request-record.ts'
import { diskMetric } from './disk-metric.ts'
import { CounterFamily, HistogramFamily } from './families.ts'
import { listenForMetrics, type MetricsListener } from './listener.ts'
import { portMetrics } from './port-metrics.ts'
import { requestMetrics } from './request-metrics.ts'

/** What connections are made to. */
interface Connected {
  getConnections(done: (error: Error | null, count: number) => void): unknown
}

/** Where long computations wait and run. */
interface Pool {
  readonly running: number
  readonly waiting: number
}

/**
 * What the service counts and measures. Names are those of TrustBloc KMS where it has the thing. No label is anybody's
 * text: keystores, keys and callers are none.
 */
export class Metrics {
  readonly registry = new Registry()
  /** Around the calls of stores, vaults and locks. */
  readonly around: Around
  readonly onRequest: RequestObserver
  #underWay = 0
  #listener: MetricsListener | undefined
  readonly #lookups: CounterFamily
  readonly #calls: HistogramFamily
  readonly #sent: CounterFamily
  readonly #authentication: HistogramFamily
  readonly #resolutions: HistogramFamily
  readonly #chains: HistogramFamily

  /** @param database what the store is called */
  constructor(database: string) {
    const { registry } = this
    collectDefaultMetrics({ register: registry })
    this.around = portMetrics(registry, database)
    const onRequest = requestMetrics(registry)
    this.onRequest = (record, failure) => {
      // What was no request did not begin as one.
      if (record.id !== null) this.#underWay -= 1
      onRequest(record, failure)
    }
    const underWay = () => this.#underWay
    new Gauge({
      name: 'kms_http_requests_in_flight',
      help: 'Requests that have arrived and are not answered.',
      registers: [registry],
      collect() {
        this.set(underWay())
      },
    })
    this.#lookups = new CounterFamily(registry, 'kms_cache_lookups_total', 'Lookups in a cache, by what they found.', [
      'cache',
      'result',
    ])
    this.#calls = new HistogramFamily(registry, 'kms_outbound_seconds', 'Calls of other servers, by how they ended.', [
      'peer',
      'outcome',
    ])
    this.#sent = new CounterFamily(
      registry,
      'kms_outbound_attempts_total',
      'How often calls were sent, repetitions by a library included: AWS KMS bills each of its own.',
      ['peer', 'operation'],
    )
    this.#authentication = new HistogramFamily(
      registry,
      'kms_zcap_middleware_seconds',
      'Finding out who makes a request, by all ways of proving it.',
    )
    this.#resolutions = new HistogramFamily(registry, 'kms_zcap_vdr_resolve_seconds', 'Resolving the DID of a signer.')
    this.#chains = new HistogramFamily(
      registry,
      'kms_zcap_capability_resolve_seconds',
      'Verifying a chain of capabilities of the CCG dialect that was not known.',
    )
  }

  readonly watchDisk = (free: () => number | undefined): void => diskMetric(this.registry, free)

  readonly onArrival = (): void => {
    this.#underWay += 1
  }

  readonly observeCache = (cache: string): OnLookup => {
    const [kept, missing] = [this.#lookups.child(cache, 'hit'), this.#lookups.child(cache, 'miss')]
    return isKept => {
      if (isKept) kept.value += 1
      else missing.value += 1
    }
  }

  readonly outbound = (peer: string): ObserveCall => {
    return operation => {
      const from = performance.now()
      return {
        end: (outcome, attempts = 1) => {
          this.#calls.child(peer, outcome).observe((performance.now() - from) / 1000)
          this.#sent.child(peer, operation).value += attempts
        },
      }
    }
  }

  /** The same authenticators, timed. */
  authentication({ challenges, ...ways }: Authenticators): Authenticators {
    const time = this.#authentication.child()
    const timed =
      (authenticate: Authenticator): Authenticator =>
      request =>
        measured(time, () => authenticate(request))
    const { admission, signer, visitor, invoker } = ways
    return {
      admission: timed(admission),
      signer: timed(signer),
      visitor: timed(visitor),
      invoker: timed(invoker),
      ...(challenges && { challenges }),
    }
  }

  dids(resolveDid: ResolveDid): ResolveDid {
    const time = this.#resolutions.child()
    return url => measured(time, () => resolveDid(url))
  }

  chains<A extends readonly unknown[], R>(verify: (...args: A) => R): (...args: A) => R {
    const time = this.#chains.child()
    return (...args) => measured(time, () => verify(...args))
  }

  /** Watches as `watch` does, and serves it all on an address of its own. @returns where that is */
  async listen(address: Address, server: Connected, pool: Pool): Promise<string> {
    this.watch(server, pool)
    this.#listener = await listenForMetrics(this.registry, address)
    return this.#listener.url
  }

  close(): void {
    this.#listener?.close()
  }

  /**
   * Has more read when Prometheus asks for it.
   *
   * @param server of which connections are counted
   * @param pool of which jobs are counted
   */
  watch(server: Connected, pool: Pool): void {
    const registers = [this.registry]
    new Gauge({
      name: 'kms_http_connections',
      help: 'Open connections.',
      registers,
      async collect() {
        this.set(await connectionsOf(server))
      },
    })
    new Gauge({
      name: 'kms_computation_jobs',
      help: 'Long computations, by whether they run or wait for a thread.',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'running' }, pool.running)
        this.set({ state: 'waiting' }, pool.waiting)
      },
    })
  }
}

function measured<R>(time: { observe(seconds: number): void }, run: () => R): R {
  const from = performance.now()
  const end = () => time.observe((performance.now() - from) / 1000)
  return observed(run, end, end)
}

function connectionsOf(server: Connected): Promise<number> {
  return new Promise(resolve => server.getConnections((error, count) => resolve(error ? 0 : count)))
}
