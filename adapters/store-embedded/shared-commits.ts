import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds in which those whom a commit has answered may have asked again. */
const pause = 1

/** So many turns are waited for at most: whoever came first has waited long enough. */
const mostTurns = 32

/** Is called before each commit, with how many writes it is of and how many bytes. If it throws, none of them is done. */
type Prepare = (writes: number, bytes: number) => Promise<void>

interface Waiting {
  readonly bytes: number
  readonly write: () => Promise<void>
  readonly reject: (error: unknown) => void
}

/**
 * Has writes share commits, each of which costs a flush of the disk for one as for many. One that comes alone waits until
 * the turn of the event loop has brought no other. What comes while a commit is under way is written by the next one,
 * together with what those ask for whom this one has answered: otherwise there would be two halves for ever, each
 * asking again while the other is written.
 */
export class SharedCommits {
  readonly #prepare: Prepare
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined

  constructor(prepare: Prepare = async () => undefined) {
    this.#prepare = prepare
  }

  /** Resolves with what the write does, when it was its turn. @param bytes how long what it writes is */
  add<T>(write: () => Promise<T>, bytes = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      const settled = async () => {
        try {
          resolve(await write())
        } catch (error) {
          reject(error)
        }
      }
      this.#waiting.push({ bytes, write: settled, reject })
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
      await this.#commit(writes)
      // Nobody but a lone caller has asked for anything: what is asked next need not wait.
      if (writes.length > 1 || this.#waiting.length > 0) await sleep(pause)
    }
    this.#writing = undefined
  }

  async #commit(writes: readonly Waiting[]): Promise<void> {
    try {
      await this.#prepare(
        writes.length,
        writes.reduce((sum, { bytes }) => sum + bytes, 0),
      )
    } catch (error) {
      for (const { reject } of writes) reject(error)
      return
    }
    await Promise.all(writes.map(({ write }) => write()))
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
