import type { Clock } from '@keyhold/core'

export interface CircuitBreakerOptions {
  /** How many calls fail in a row until no more are made. */
  readonly failures: number
  /** Milliseconds until the next one is tried. */
  readonly pause: number
}

/**
 * Spares callers the wait for a service that does not answer, and the service the calls: after some failures in a row
 * it makes none for a while, then one to try. Only that one's success lets the others through again.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  readonly #clock: Clock
  #failures = 0
  #openUntil: number | undefined
  #trying = false

  constructor(options: CircuitBreakerOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  /** Makes the call, each error of which is a failure of the service. @throws what `refuse` answers if none is made */
  async run<T>(call: () => Promise<T>, refuse: () => Error): Promise<T> {
    const isTrial = this.#openUntil !== undefined
    if (this.#openUntil !== undefined && (this.#trying || this.#clock.elapsed() < this.#openUntil)) throw refuse()
    this.#trying = isTrial
    try {
      const answer = await call()
      this.#failures = 0
      this.#openUntil = undefined
      return answer
    } catch (error) {
      this.#failures += 1
      const { failures, pause } = this.#options
      if (this.#failures >= failures) this.#openUntil = this.#clock.elapsed() + pause
      throw error
    } finally {
      if (isTrial) this.#trying = false
    }
  }
}
