import type { Clock } from '@keyhold/core'
import { type OpenReplays, SeenRequests } from '../http/authentication/replay-guard.ts'
import { LeasedLimiter, type Lender, leaseTime } from '../http/limits/leased-limiter.ts'
import { type Limiter, RateLimiter } from '../http/limits/rate-limiter.ts'
import type { OpenLimiter, RateLimits } from '../http/limits/rate-limits.ts'
import type { Channel, Handlers } from './channel.ts'

/** What the primary remembers for all workers. */
export class SharedState {
  readonly #limits: ReadonlyMap<string, RateLimiter>
  readonly #seen = new Map<number, SeenRequests>()
  readonly #clock: Clock
  readonly #workers: () => Iterable<Channel>

  /** @param workers those that are told of what is blocked */
  constructor(rates: RateLimits, clock: Clock, workers: () => Iterable<Channel>) {
    this.#limits = new Map(Object.entries(rates).map(([name, rate]) => [name, new RateLimiter(rate, clock)]))
    this.#clock = clock
    this.#workers = workers
  }

  readonly handlers: Handlers = {
    lease: ({ limit, key, count, unspent }) => {
      const limiter = this.#limiterOf(limit)
      if (unspent > 0) limiter.giveBack(key, unspent)
      return limiter.lend(key, count)
    },
    unspent: ({ limit, key, count }) => this.#limiterOf(limit).giveBack(key, count),
    charge: ({ limit, key }) => {
      const limiter = this.#limiterOf(limit)
      limiter.charge(key)
      if (limiter.look(key).isAllowed) return
      const { wait } = limiter.lend(key, 0)
      for (const channel of this.#workers()) channel.tell('blocked', { limit, key, wait })
    },
    replay: ({ window, name }) => this.#seenWithin(window).isReplay(name),
  }

  #limiterOf(limit: keyof RateLimits): RateLimiter {
    const limiter = this.#limits.get(limit)
    if (limiter === undefined) throw new Error(`there is no limit ${limit}`)
    return limiter
  }

  /** As many as there are kinds of signatures. */
  #seenWithin(window: number): SeenRequests {
    const seen = this.#seen.get(window) ?? new SeenRequests(this.#clock, window)
    this.#seen.set(window, seen)
    return seen
  }
}

/** What a worker asks its primary for. */
export class SharedByPrimary {
  readonly #workers: number
  readonly #clock: Clock
  readonly #limiters = new Map<string, LeasedLimiter>()
  readonly #timer: NodeJS.Timeout
  readonly #channel: () => Channel

  constructor(workers: number, clock: Clock, channel: () => Channel) {
    this.#workers = workers
    this.#clock = clock
    this.#channel = channel
    this.#timer = setInterval(() => this.#settle(), leaseTime).unref()
  }

  readonly openLimiter: OpenLimiter = (limit, { quota }): Limiter => {
    const lender: Lender = {
      lease: (key, count, unspent) => this.#channel().ask('lease', { limit, key, count, unspent }),
      giveBack: (key, count) => this.#channel().tell('unspent', { limit, key, count }),
      charge: key => this.#channel().tell('charge', { limit, key }),
    }
    const limiter = new LeasedLimiter(quota, this.#workers, lender, this.#clock)
    this.#limiters.set(limit, limiter)
    return limiter
  }

  readonly openReplays: OpenReplays = window => name => this.#channel().ask('replay', { window, name })

  readonly handlers: Handlers = {
    blocked: ({ limit, key, wait }) => this.#limiters.get(limit)?.block(key, wait),
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #settle(): void {
    for (const limiter of this.#limiters.values()) limiter.settle()
  }
}
