/** A repeatable generator (mulberry32) for what a test does and when. Never for keys. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from `minimum` to `maximum`, both included. */
  between(minimum: number, maximum: number): number {
    return minimum + Math.floor((this.#next() / 2 ** 32) * (maximum - minimum + 1))
  }

  /** True once in `odds` times. */
  once(odds: number): boolean {
    return this.between(1, odds) === 1
  }

  /** @throws RangeError if there is nothing to pick from */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from')
    return items[this.between(0, items.length - 1)] as T
  }

  /** Up to `count` different items, in random order. */
  sample<T>(items: readonly T[], count = items.length): T[] {
    const pool = [...items]
    const drawn: T[] = []
    while (drawn.length < count && pool.length > 0) {
      drawn.push(...pool.splice(this.between(0, pool.length - 1), 1))
    }
    return drawn
  }

  /** A generator of its own, so that what it serves does not depend on how often others draw. */
  fork(): SeededRandom {
    return new SeededRandom(this.#next())
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
