/** Does all that was asked for by one command. @returns what became of each, in their order; an error is what it fails with */
type Run<Item, Answer> = (items: readonly Item[]) => Promise<readonly (Answer | Error)[]>

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Of one command: the server takes 48 MB, and whoever is in front should not wait for too many behind. */
const mostItems = 100
const mostBytes = 1024 * 1024

/**
 * Has what is asked for in the same turn of the event loop sent by one command: for the driver, and the server, many of them
 * cost little more than one.
 */
export class SharedCommands<Item, Answer> {
  readonly #run: Run<Item, Answer>
  #waiting: Waiting<Item, Answer>[] = []
  #bytes = 0

  constructor(run: Run<Item, Answer>) {
    this.#run = run
  }

  /** Resolves with what became of it. @param bytes how long it is */
  ask(item: Item, bytes = 0): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = { item, resolve, reject }
      // One that is refused for its length must take no other with it.
      if (bytes > mostBytes) return void this.#settle([waiting])
      if (this.#waiting.length === 0) setImmediate(() => this.send())
      this.#waiting.push(waiting)
      this.#bytes += bytes
      if (this.#waiting.length >= mostItems || this.#bytes > mostBytes) this.send()
    })
  }

  /** Does not wait for what else this turn brings. */
  send(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    if (waiting.length > 0) void this.#settle(waiting)
  }

  async #settle(waiting: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(waiting.map(({ item }) => item))
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const answer = answers[index]
        if (answer instanceof Error) reject(answer)
        else resolve(answer as Answer)
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}
