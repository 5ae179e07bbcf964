/** When things can be run later, as only the process knows. */
export interface Turns {
  /** Runs something when all that is ready now has been done. */
  readonly nextTurn: (run: () => void) => void
  /** Runs something when those who were answered just now could have asked again. */
  readonly shortly: (run: () => void) => void
}

/** So many turns are waited for at most: whoever came first has waited long enough. */
const mostTurns = 32

/**
 * Has writers write when a turn of the event loop has brought nothing more to be written: what has arrived by then goes
 * into one commit of the store, which costs as much for one entry as for many. A lone request waits for one turn.
 */
export class Gathering {
  readonly #turns: Turns
  readonly #ready = new Set<() => void>()
  #arrived = 0
  #isWaiting = false

  constructor(turns: Turns) {
    this.#turns = turns
  }

  /** Something more is to be written. */
  arrive(): void {
    this.#arrived += 1
  }

  /** Calls `write` when it is time. */
  add(write: () => void): void {
    this.#ready.add(write)
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#wait(mostTurns)
  }

  /**
   * The same for what has come while another write was under way: whoever that one was for may join. Otherwise there
   * would be two halves for ever, each asking again while the other is written.
   */
  addShortly(write: () => void): void {
    this.#turns.shortly(() => this.add(write))
  }

  #wait(turns: number): void {
    const before = this.#arrived
    this.#turns.nextTurn(() => {
      if (this.#arrived !== before && turns > 1) this.#wait(turns - 1)
      else this.#writeAll()
    })
  }

  #writeAll(): void {
    const ready = [...this.#ready]
    this.#ready.clear()
    this.#isWaiting = false
    for (const write of ready) write()
  }
}
