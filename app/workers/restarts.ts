import type { Clock } from '@keyhold/core'

/** Milliseconds in which so many ends of workers are borne, and before the first of them is replaced. */
const period = 60_000
const most = 5
const firstPause = 100

/**
 * How long a worker that has ended is waited with before another takes its place: twice as long each time, until a minute
 * has passed since the first.
 */
export class Restarts {
  readonly #clock: Clock
  #ends: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns milliseconds; undefined if workers have ended so often that it is no use to go on */
  pause(): number | undefined {
    const now = this.#clock.elapsed()
    this.#ends = [...this.#ends.filter(end => now - end < period), now]
    return this.#ends.length > most ? undefined : firstPause * 2 ** (this.#ends.length - 1)
  }
}
