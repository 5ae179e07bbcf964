/** Begins to do all that was asked for, by as few commands as it can. @returns what becomes of each, in their order */
type Run<Item, Answer> = (items: readonly Item[]) => readonly Promise<Answer>[]

interface Waiting<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Promise<Answer>) => void
}

/** Of one command: the server takes 48 MB, and whoever is in front should not wait for too many behind. */
const mostItems = 100
const mostBytes = 1024 * 1024

/**
 * Has what is asked for in the same turn of the event loop sent together: for the driver, and the server, many of them cost
 * little more than one.
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
    // One that is refused for its length must take no other with it.
    if (bytes > mostBytes) return this.#run([item])[0] as Promise<Answer>
    return new Promise(resolve => {
      if (this.#waiting.length === 0) setImmediate(() => this.send())
      this.#waiting.push({ item, resolve })
      this.#bytes += bytes
      if (this.#waiting.length >= mostItems || this.#bytes > mostBytes) this.send()
    })
  }

  /** Does not wait for what else this turn brings. */
  send(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    if (waiting.length === 0) return
    const answers = this.#run(waiting.map(({ item }) => item))
    for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as Promise<Answer>)
  }
}
