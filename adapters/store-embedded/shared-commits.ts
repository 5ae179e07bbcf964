import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds in which those whom a commit has answered may have asked again. */
const pause = 1

/** So many turns are waited for at most: whoever came first has waited long enough. */
const mostTurns = 32

/**
 * Has writes share commits, each of which costs a flush of the disk for one as for many. One that comes alone waits until
 * the turn of the event loop has brought no other. What comes while a commit is under way is written by the next one,
 * together with what those ask for whom this one has answered: otherwise there would be two halves for ever, each
 * asking again while the other is written.
 */
export class SharedCommits {
  #waiting: (() => Promise<void>)[] = []
  #writing: Promise<void> | undefined

  /** Resolves with what the write does, when it was its turn. */
  add<T>(write: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(async () => {
        try {
          resolve(await write())
        } catch (error) {
          reject(error)
        }
      })
      this.#writing ??= this.#writeAll()
    })
  }

  /** Resolves when nothing waits any more. */
  async end(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather()
      const writes = this.#waiting
      this.#waiting = []
      await Promise.all(writes.map(write => write()))
      // Nobody but a lone caller has asked for anything: what is asked next need not wait.
      if (writes.length > 1 || this.#waiting.length > 0) await sleep(pause)
    }
    this.#writing = undefined
  }

  async #gather(): Promise<void> {
    let [turns, before] = [0, 0]
    while (this.#waiting.length > before && turns < mostTurns) {
      before = this.#waiting.length
      turns += 1
      await nextTurn()
    }
  }
}
