import type { Clock } from '@keyhold/core'
import type { onRequestHookHandler, preHandlerHookHandler } from 'fastify'
import type { Authenticator } from '../authentication/authenticator.ts'
import { clientAddress } from './client-address.ts'
import { type PressureLimits, watchPressure } from './pressure.ts'
import { type OpenLimiter, type RateLimitOptions, type RateLimits, rateLimiting } from './rate-limits.ts'
import { Turns } from './turns.ts'

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
  const { clock, isTrusted, log } = options
  const watched = pressure && watchPressure(pressure, turnsWithin(pressure, clock, isTrusted), clock, log)
  const limiting = rates && Object.keys(rates).length > 0 ? rateLimiting(rates, { ...options, openLimiter }) : undefined
  return {
    before: [...(watched ? [watched.refuse] : []), ...(limiting ? [limiting.before] : [])],
    counting: limiting?.counting ?? (authenticate => authenticate),
    after: limiting?.after ?? [],
    items: limiting?.items ?? [],
    stop: () => watched?.stop(),
  }
}

/** So much of the id of a keystore is looked at: it may be anything yet. */
const nameLength = 64

function turnsWithin({ loopDelay }: PressureLimits, clock: Clock, isTrusted: (address: string) => boolean): Turns {
  const addressOf = clientAddress(isTrusted)
  return new Turns({
    clock,
    longestWait: loopDelay,
    originOf({ raw, params }) {
      const { keystoreId = '' } = params as { keystoreId?: string }
      return [addressOf(raw), keystoreId.slice(0, nameLength)]
    },
  })
}
