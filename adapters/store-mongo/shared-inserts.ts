import type { RecordDocument } from './record-document.ts'

/** Inserts documents in any order. @returns what kept each from being stored, in their order; undefined: nothing did */
type Insert = (documents: readonly RecordDocument[]) => Promise<readonly unknown[]>

interface Waiting {
  readonly document: RecordDocument
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Of one command: the server takes 48 MB, and whoever is in front should not wait for too many behind. */
const mostDocuments = 100
const mostBytes = 1024 * 1024

/**
 * Has what is inserted into one collection in the same turn of the event loop sent by one command: for the driver, and the
 * server, many of them cost little more than one.
 */
export class SharedInserts {
  readonly #insert: Insert
  #waiting: Waiting[] = []
  #bytes = 0

  constructor(insert: Insert) {
    this.#insert = insert
  }

  /** Resolves when the document is stored. */
  add(document: RecordDocument): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { document, resolve, reject }
      const bytes = document.body.length()
      // One that is refused for its length must take no other with it.
      if (bytes > mostBytes) return void this.#settle([waiting])
      if (this.#waiting.length === 0) setImmediate(() => this.send())
      this.#waiting.push(waiting)
      this.#bytes += bytes
      if (this.#waiting.length >= mostDocuments || this.#bytes > mostBytes) this.send()
    })
  }

  /** Does not wait for what else this turn brings. */
  send(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    if (waiting.length > 0) void this.#settle(waiting)
  }

  async #settle(waiting: readonly Waiting[]): Promise<void> {
    try {
      const failures = await this.#insert(waiting.map(({ document }) => document))
      for (const [index, { resolve, reject }] of waiting.entries()) {
        if (failures[index] === undefined) resolve()
        else reject(failures[index])
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}
