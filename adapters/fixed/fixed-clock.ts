import type { Clock } from '@keyhold/core'

/** A clock that stands still until it is told to go on: for tests. */
export class FixedClock implements Clock {
  #now: number
  #elapsed = 0

  /** @param start an ISO 8601 time */
  constructor(start: string) {
    this.#now = Date.parse(start)
  }

  now(): number {
    return this.#now
  }

  elapsed(): number {
    return this.#elapsed
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds
    this.#elapsed += milliseconds
  }
}
