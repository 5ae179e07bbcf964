import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Grant } from '../http/limits/rate-limiter.ts'
import type { RateLimits } from '../http/limits/rate-limits.ts'

/** Counters and gauges as one process has them. */
export type ProcessMetrics = MetricObjectWithValues<MetricValue<string>>[]

type Said<C, A = void> = { readonly content: C; readonly answer: A }

/**
 * What a worker and its primary say to each other. No secret is in it: of a request that must not be repeated there is a
 * hash, of whom a limit counts its address or the hash that the log has.
 */
export interface Protocol {
  // From a worker.
  /** All that is needed is open. */
  readonly prepared: Said<null>
  readonly listening: Said<{ readonly url: string }>
  /** Wants tokens of a limit, and gives back what is left of those before. */
  readonly lease: Said<LimitKey & { readonly count: number; readonly unspent: number }, Grant>
  readonly unspent: Said<LimitKey & { readonly count: number }>
  /** One was let through, whether or not it was allowed. */
  readonly charge: Said<LimitKey>
  /** Whether a request that must not be repeated is one that was seen before, within so many milliseconds. */
  readonly replay: Said<{ readonly window: number; readonly name: string }, boolean>

  // From the primary.
  readonly listen: Said<null>
  readonly stop: Said<null>
  readonly metrics: Said<null, ProcessMetrics>
  /** Whether its event loop goes round. */
  readonly pulse: Said<null, null>
  /** Nothing is allowed to a key of a limit for so many milliseconds. */
  readonly blocked: Said<LimitKey & { readonly wait: number }>
}

export interface LimitKey {
  readonly limit: keyof RateLimits
  readonly key: string
}
