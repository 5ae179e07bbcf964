/** Milliseconds in which those whom a commit has answered may have asked again. */
const pause = 1

/** So many turns are waited for at most: whoever came first has waited long enough. */
const mostTurns = 32

type Write = () => Promise<unknown>

/**
 * Has writes share commits, each of which costs a flush of the disk for one as for many. One that comes alone waits until
 * the turn of the event loop has brought no other. What comes while a commit is under way is written by the next one,
 * together with what is asked by those whom this one has answered: otherwise there would be two halves for ever, each
 * asking again while the other is written.
 */
export class SharedCommits {
  #waiting: Write[] = []
  #isUnderWay = false

  /** Resolves with what the write does, when it is its turn. */
  add<T>(write: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => write().then(resolve, reject))
      if (this.#isUnderWay) return
      this.#isUnderWay = true
      this.#gather(mostTurns)
    })
  }

  #gather(turns: number): void {
    const before = this.#waiting.length
    setImmediate(() => {
      if (this.#waiting.length > before && turns > 1) this.#gather(turns - 1)
      else void this.#commit()
    })
  }

  async #commit(): Promise<void> {
    const writes = this.#waiting
    this.#waiting = []
    await Promise.all(writes.map(write => write()))
    // Nobody but a lone caller has asked for anything: what is asked next need not wait.
    if (writes.length === 1 && this.#waiting.length === 0) this.#isUnderWay = false
    else setTimeout(() => this.#goOn(), pause)
  }

  #goOn(): void {
    if (this.#waiting.length > 0) this.#gather(mostTurns)
    else this.#isUnderWay = false
  }
}
