import type { CacheName, Ed25519Port, ResolveDid, VerifyCcgChain } from '@keyhold/core'
import { selfContainedDids } from '@keyhold/core'
import type { Logger } from 'pino'
import { allAround } from './around.ts'
import type { Config, StoreConfig } from './config/config.ts'
import type { Authenticators } from './http/authentication/authenticator.ts'
import type { ServerOptions } from './http/server-options.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Observers } from './outside.ts'
import { allObserving } from './reachability.ts'
import type { Tracing } from './tracing/tracing.ts'

/** What metrics call the stores; the reference server's own names where it has them. */
const databaseNames = { mongodb: 'MongoDB', embedded: 'Embedded', memory: 'Memory' } as const satisfies Readonly<
  Record<StoreConfig['kind'], string>
>

type Environment = Readonly<Record<string, string | undefined>>

/** Who watches the service, if anybody does: its metrics and its traces. */
export interface Observation {
  /** Who learns of what the adapters do. */
  readonly observers: Observers
  /** Who learns of what the server does. */
  readonly server: Pick<ServerOptions, 'observers' | 'onArrival' | 'observeCache' | 'tracing'>
  /** Finds the keys of self-contained DIDs, which verify by `ed25519`. */
  dids(ed25519: Ed25519Port): ResolveDid
  chains(verify: VerifyCcgChain): VerifyCcgChain
  authentication(authenticators: Authenticators): Authenticators
  readonly metrics: Metrics | undefined
  close(): Promise<void>
}

/** Libraries that are not asked for stay unloaded, and then nothing is measured at all. */
export async function openObservation(config: Config, environment: Environment, log: Logger): Promise<Observation> {
  const metrics = config.metrics && (await openMetrics(config.store))
  const tracing = isTraced(environment) ? await openTracing(log) : undefined
  return {
    observers: {
      around: allAround(metrics?.around, tracing?.around),
      outbound: peer => allObserving(metrics?.outbound(peer), tracing?.outbound(peer)),
      observeCache: metrics?.observeCache,
    },
    server: {
      ...(metrics && {
        observers: [metrics.onRequest],
        onArrival: metrics.onArrival,
        observeCache: (cache: CacheName) => metrics.observeCache(cache),
      }),
      ...(tracing && { tracing }),
    },
    dids(ed25519) {
      const dids = selfContainedDids({ ed25519 }, metrics?.observeCache('dids'))
      return metrics?.dids(dids) ?? dids
    },
    chains: verify => metrics?.chains(verify) ?? verify,
    authentication: authenticators => metrics?.authentication(authenticators) ?? authenticators,
    metrics,
    async close() {
      metrics?.close()
      await tracing?.close()
    },
  }
}

async function openMetrics({ kind }: StoreConfig): Promise<Metrics> {
  const { Metrics } = await import('./metrics/metrics.ts')
  return new Metrics(databaseNames[kind])
}

async function openTracing(log: Logger): Promise<Tracing> {
  const { Tracing } = await import('./tracing/tracing.ts')
  return new Tracing(log)
}

/** Traces are made where somebody takes them (OpenTelemetry, environment variable specification). */
function isTraced(environment: Environment): boolean {
  const endpoint = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_ENDPOINT']
  const isOff =
    environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none'
  return Boolean(endpoint) && !isOff
}
