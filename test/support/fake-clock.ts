import type { Clock } from '@keyhold/core'

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  #elapsed = 0

  /** @param milliseconds by how much time goes on */
  advance(milliseconds: number): void {
    this.#elapsed += milliseconds
  }

  now(): number {
    return 1_700_000_000_000 + this.#elapsed
  }

  elapsed(): number {
    return this.#elapsed
  }
}
