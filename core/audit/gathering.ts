/** When things can be run later, as only the process knows. */
export interface Turns {
  /** Runs something when all that is ready now has been done. */
  readonly nextTurn: (run: () => void) => void
  /** Runs something when those who were answered just now could have asked again. */
  readonly shortly: (run: () => void) => void
}

/** So many turns are waited for at most: whoever came first has waited long enough. */
const mostTurns = 32

/** So many turns a writer waits for others while nothing more comes to it: what they are sent is not its own. */
const patience = 4

/**
 * Has writers write when a turn of the event loop has brought nothing more to be written: what has arrived by then goes
 * into one commit of the store, which costs as much for one entry as for many. A lone request waits for one turn, and for
 * a few if somebody else is busy.
 */
export class Gathering {
  readonly #turns: Turns
  /** Those that shall write, and in which turn something has come to them last. */
  readonly #ready = new Map<() => void, number>()
  #turn = 0
  #arrived = 0
  #isWaiting = false

  constructor(turns: Turns) {
    this.#turns = turns
  }

  /** Something more is to be written by a writer. */
  arrive(write: () => void): void {
    this.#arrived += 1
    if (this.#ready.has(write)) this.#ready.set(write, this.#turn)
  }

  /** Calls `write` when it is time. */
  add(write: () => void): void {
    this.#ready.set(write, this.#turn)
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
      this.#turn += 1
      const isPatient = [...this.#ready.values()].every(last => this.#turn - last < patience)
      if (this.#arrived !== before && isPatient && turns > 1) this.#wait(turns - 1)
      else this.#writeAll()
    })
  }

  #writeAll(): void {
    const ready = [...this.#ready.keys()]
    this.#ready.clear()
    this.#isWaiting = false
    for (const write of ready) write()
  }
}
