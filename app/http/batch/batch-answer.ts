/** How many bytes are set aside at most for results of which nothing is known yet. */
const mostAhead = 262_144

const begin = '{"results":['
const end = ']}'

/**
 * The body of a batch's answer, written down result by result: kept as strings until the last one is made, they would be
 * copied by each collection of garbage, once more to be joined, and once more to be sent.
 */
export class BatchAnswer {
  readonly #count: number
  #bytes = Buffer.alloc(0)
  #length = 0

  /** @param count how many results there will be */
  constructor(count: number) {
    this.#count = count
  }

  /** @param result JSON */
  add(result: string): void {
    if (this.#length === 0) {
      // Room for all, if they are as long as the first.
      this.#reserve(Math.min((result.length + 1) * this.#count + begin.length + end.length, mostAhead))
      this.#write(begin)
    } else this.#write(',')
    this.#write(result)
  }

  /** `{"results":[…]}` with all that was added, which is one at least, in UTF-8. Nothing can be added any more. */
  finish(): Buffer {
    this.#write(end)
    return this.#bytes.subarray(0, this.#length)
  }

  #write(text: string): void {
    // Counted only near the end: three bytes are the most that a character of JavaScript's takes.
    if (this.#length + 3 * text.length > this.#bytes.length) this.#reserve(Buffer.byteLength(text))
    this.#length += this.#bytes.write(text, this.#length)
  }

  /** Makes room for so many bytes more. */
  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    // Not of the pool that many share: there may be plaintexts in it.
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#length))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
