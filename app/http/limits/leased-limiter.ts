import type { Clock } from '@keyhold/core'
import { LRUCache } from 'lru-cache'
import { type Allowance, type Grant, type Limiter, mostKeys, wholeSeconds } from './rate-limiter.ts'

/** Who counts for all processes. */
export interface Lender {
  /** Asks for tokens, and gives back those of the lease before that were not spent. */
  lease(key: string, count: number, unspent: number): Promise<Grant>
  giveBack(key: string, count: number): void
  charge(key: string): void
}

/** Milliseconds for which a token may be kept. */
export const leaseTime = 100

/** All processes together keep an eighth of a quota at most. */
const keptPart = 8

interface Account {
  /** Tokens in hand, and until when they may be spent. */
  left: number
  goodUntil: number
  /** How many were asked for. */
  size: number
  /** What is left elsewhere, and when there is one more, as it was told. */
  remaining: number
  nextAt: number
  /** Until when nobody is asked, since nothing is allowed. */
  refusedUntil: number
  asking?: Promise<void> | undefined
}

/**
 * Counts the requests of one process for a limit that several share. One token is asked for at first, twice as many each
 * time that they were spent before their time is over, and while nothing is allowed nobody asks. So a key costs a few
 * messages for each tenth of a second, however often it comes.
 *
 * In any time a key gets its quota, its share of that time, and the share of two lease times more, at most; and it may be
 * refused early while other processes keep tokens for it, an eighth of the quota at most and for a lease time.
 */
export class LeasedLimiter implements Limiter {
  readonly #lender: Lender
  readonly #clock: Clock
  readonly #largest: number
  readonly #accounts: LRUCache<string, Account>
  /** Whoever has tokens in hand. */
  readonly #kept = new Map<string, Account>()

  /** @param processes how many share the quota */
  constructor(quota: number, processes: number, lender: Lender, clock: Clock) {
    this.#lender = lender
    this.#clock = clock
    this.#largest = Math.max(1, Math.floor(quota / (keptPart * processes)))
    this.#accounts = new LRUCache({ max: mostKeys, dispose: (account, key) => this.#giveBack(key, account) })
  }

  take(key: string, count = 1): Allowance | Promise<Allowance> {
    if (count > 1) return this.#takeTogether(key, count)
    const account = this.#accountOf(key)
    return this.#spend(account) ?? this.#ask(key, account)
  }

  /** All of them or none, beside what is in hand for those that come alone. */
  async #takeTogether(key: string, count: number): Promise<Allowance> {
    const { count: lent, remaining, wait } = await this.#lender.lease(key, count, 0)
    const isAllowed = lent === count
    if (!isAllowed) this.#lender.giveBack(key, lent)
    return { isAllowed, remaining: isAllowed ? remaining : remaining + lent, reset: wholeSeconds(wait) }
  }

  look(key: string): Allowance {
    const wait = (this.#accounts.peek(key)?.refusedUntil ?? 0) - this.#clock.elapsed()
    if (wait > 0) return { isAllowed: false, remaining: 0, reset: wholeSeconds(wait) }
    return { isAllowed: true, remaining: 1, reset: 0 }
  }

  charge(key: string): void {
    this.#lender.charge(key)
  }

  /** Nothing is allowed for so many milliseconds. */
  block(key: string, wait: number): void {
    const account = this.#accountOf(key)
    account.refusedUntil = account.nextAt = this.#clock.elapsed() + wait
  }

  /** Gives back the tokens whose time is over. To be called once in a lease time. */
  settle(): void {
    const now = this.#clock.elapsed()
    for (const [key, account] of this.#kept) if (account.goodUntil <= now) this.#giveBack(key, account)
  }

  #accountOf(key: string): Account {
    const known = this.#accounts.get(key)
    if (known !== undefined) return known
    const account = { left: 0, goodUntil: 0, size: 0, remaining: 0, nextAt: 0, refusedUntil: 0 }
    this.#accounts.set(key, account)
    return account
  }

  #spend(account: Account): Allowance | undefined {
    const now = this.#clock.elapsed()
    if (account.left > 0 && now < account.goodUntil) {
      account.left -= 1
      const remaining = account.remaining + account.left
      return { isAllowed: true, remaining, reset: wholeSeconds(Math.max(0, account.nextAt - now)) }
    }
    if (now >= account.refusedUntil) return undefined
    return { isAllowed: false, remaining: 0, reset: wholeSeconds(account.nextAt - now) }
  }

  /** Who waits for one answer shares it; what it does not suffice for is asked for again. */
  async #ask(key: string, account: Account): Promise<Allowance> {
    for (;;) {
      account.asking ??= this.#lease(key, account).finally(() => {
        account.asking = undefined
      })
      await account.asking
      const spent = this.#spend(account)
      if (spent !== undefined) return spent
    }
  }

  async #lease(key: string, account: Account): Promise<void> {
    const unspent = account.left
    const isBusy = unspent === 0 && this.#clock.elapsed() < account.goodUntil
    account.size = isBusy ? Math.min(this.#largest, 2 * account.size) : 1
    account.left = 0
    const { count, remaining, wait } = await this.#lender.lease(key, account.size, unspent)
    const now = this.#clock.elapsed()
    account.left = count
    account.goodUntil = now + leaseTime
    account.remaining = remaining
    account.nextAt = now + wait
    // Before that there may be those that another process gives back.
    if (count === 0) account.refusedUntil = now + (this.#largest > 1 ? Math.min(wait, leaseTime) : wait)
    if (count > 1) this.#kept.set(key, account)
    else this.#kept.delete(key)
  }

  #giveBack(key: string, account: Account): void {
    this.#kept.delete(key)
    if (account.left > 0) this.#lender.giveBack(key, account.left)
    account.left = 0
  }
}
