import type { onRequestHookHandler, preHandlerHookHandler } from 'fastify'
import type { Authenticator } from '../authentication/authenticator.ts'
import { type PressureLimits, watchPressure } from './pressure.ts'
import { type OpenLimiter, type RateLimitOptions, type RateLimits, rateLimiting } from './rate-limits.ts'

export interface LimitOptions {
  readonly rates?: RateLimits
  readonly pressure?: PressureLimits
  /** What counts for a rate. Default: this process alone. */
  readonly openLimiter?: OpenLimiter
}

/** What keeps callers from asking more than can be done. Health knows no limits: it stands outside the scopes that do. */
export interface Limits {
  /** Before it is known who makes a request. */
  readonly before: readonly onRequestHookHandler[]
  /** Counts what fails. */
  readonly counting: (authenticate: Authenticator) => Authenticator
  /** When it is known. */
  readonly after: readonly onRequestHookHandler[]
  /** When its body is known. */
  readonly items: readonly preHandlerHookHandler[]
  readonly stop: () => void
}

export function openLimits({ rates, pressure, openLimiter }: LimitOptions, options: RateLimitOptions): Limits {
  const watched = pressure && watchPressure(pressure, options.clock, options.log)
  const limiting = rates && Object.keys(rates).length > 0 ? rateLimiting(rates, { ...options, openLimiter }) : undefined
  return {
    before: [...(watched ? [watched.refuse] : []), ...(limiting ? [limiting.before] : [])],
    counting: limiting?.counting ?? (authenticate => authenticate),
    after: limiting ? [limiting.after] : [],
    items: limiting ? [limiting.items] : [],
    stop: () => watched?.stop(),
  }
}
