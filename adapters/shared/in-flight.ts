/** Bounds how many calls may be under way at once, so that a backend that hangs cannot take all memory. */
export class InFlight {
  readonly #maximum: number
  #count = 0

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  /** Runs the call, or throws what `refuse` makes if too many are under way. */
  async run<T>(call: () => Promise<T>, refuse: () => Error): Promise<T> {
    if (this.#count >= this.#maximum) throw refuse()
    this.#count += 1
    try {
      return await call()
    } finally {
      this.#count -= 1
    }
  }
}
