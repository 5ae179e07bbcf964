import type { Clock } from '@keyhold/core'
import { LRUCache } from 'lru-cache'

/** So many requests in so many seconds: all at once, and then one whenever its share of the time has passed. */
export interface Rate {
  readonly quota: number
  /** Seconds. */
  readonly window: number
}

export interface Allowance {
  readonly isAllowed: boolean
  /** How many more are allowed now. */
  readonly remaining: number
  /** Whole seconds until there is one more; rounded up. */
  readonly reset: number
}

/** Counts requests by a key. */
export interface Limiter {
  /** Counts a request, or several together, if all of them are allowed. */
  take(key: string, count?: number): Allowance | Promise<Allowance>
  /** Whether one would be allowed. */
  look(key: string): Allowance
  /** Counts one that was let through, also beyond the quota. */
  charge(key: string): void
}

/** Requests that may be let through without asking again. */
export interface Grant {
  readonly count: number
  /** How many more are allowed. */
  readonly remaining: number
  /** Milliseconds until there is one more. */
  readonly wait: number
}

/** How many are counted at once. Whoever was counted longest ago is forgotten first, and has its whole quota again. */
export const mostKeys = 50_000

/** Of one request: sums of fractions are never exact. */
const tolerance = 1e-6

/**
 * Counts requests by a key, as a bucket that leaks evenly (the generic cell rate algorithm, ITU-T I.371 annex A): all that is
 * kept of a key is the time at which its bucket will be empty.
 */
export class RateLimiter implements Limiter {
  readonly #quota: number
  /** Milliseconds: a window, and the part of it that a request takes. */
  readonly #window: number
  readonly #interval: number
  readonly #clock: Clock
  readonly #emptyAt = new LRUCache<string, number>({ max: mostKeys })
  /** Of whoever was never counted. */
  readonly #untouched: Allowance

  constructor({ quota, window }: Rate, clock: Clock) {
    this.#quota = quota
    this.#untouched = { isAllowed: true, remaining: quota, reset: 0 }
    this.#window = window * 1000
    this.#interval = this.#window / quota
    this.#clock = clock
  }

  take(key: string, count = 1): Allowance {
    const now = this.#clock.elapsed()
    const used = this.#used(key, now)
    if (used + count > this.#quota + tolerance) return this.#allowance(used, false)
    this.#emptyAt.set(key, now + (used + count) * this.#interval)
    return this.#allowance(used + count, true)
  }

  /** Whether one would be allowed. */
  look(key: string): Allowance {
    if (this.#emptyAt.peek(key) === undefined) return this.#untouched
    const used = this.#used(key, this.#clock.elapsed())
    return this.#allowance(used, used + 1 <= this.#quota + tolerance)
  }

  /** Counts one that was let through, also beyond the quota: by one window at most, however many there were at once. */
  charge(key: string): void {
    const now = this.#clock.elapsed()
    const emptyIn = (this.#used(key, now) + 1) * this.#interval
    this.#emptyAt.set(key, now + Math.min(emptyIn, 2 * this.#window))
  }

  /** Counts as many of the requests as are allowed, before they are made. */
  lend(key: string, most: number): Grant {
    const now = this.#clock.elapsed()
    const used = this.#used(key, now)
    const count = Math.min(most, Math.max(0, Math.floor(this.#quota - used + tolerance)))
    if (count > 0) this.#emptyAt.set(key, now + (used + count) * this.#interval)
    const { remaining, wait } = this.#left(used + count)
    return { count, remaining, wait }
  }

  /** Those of them were not made. */
  giveBack(key: string, count: number): void {
    const emptyAt = this.#emptyAt.peek(key)
    if (emptyAt !== undefined) this.#emptyAt.set(key, emptyAt - count * this.#interval)
  }

  #used(key: string, now: number): number {
    return Math.max(0, (this.#emptyAt.get(key) ?? 0) - now) / this.#interval
  }

  #allowance(used: number, isAllowed: boolean): Allowance {
    const { remaining, wait } = this.#left(used)
    return { isAllowed, remaining, reset: wholeSeconds(wait) }
  }

  #left(used: number): { readonly remaining: number; readonly wait: number } {
    const remaining = Math.max(0, Math.floor(this.#quota - used + tolerance))
    return { remaining, wait: Math.min(used, used - this.#quota + remaining + 1) * this.#interval }
  }
}

/** As answers say it. */
export function wholeSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000 - tolerance)
}
