/**
 * Bounds how many calls of a remote service are under way. When it hangs, callers beyond the bound are refused at once:
 * waiting behind the others would only fill the memory.
 */
export class InFlight {
  readonly #maximum: number
  #running = 0

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  /** @throws what `refuse` answers if there are too many; else whatever `call` throws */
  async run<T>(call: () => Promise<T>, refuse: () => Error): Promise<T> {
    if (this.#running >= this.#maximum) throw refuse()
    this.#running++
    try {
      return await call()
    } finally {
      this.#running--
    }
  }
}
