import { KmsError } from '@keyhold/core'
import type { Protocol } from './protocol.ts'

/** What brings messages to another process, in their order. */
export interface MessagePort {
  send(message: unknown): void
  listen(take: (message: unknown) => void): void
}

/** What is done for each kind of message. Kinds that the other side never sends are left out. */
export type Handlers = {
  readonly [K in keyof Protocol]?: (content: Protocol[K]['content']) => Answer<K> | Promise<Answer<K>>
}

type Answer<K extends keyof Protocol> = Protocol[K]['answer']

/** `id` is there if an answer is awaited; `answers` says which message this one answers. */
interface Letter {
  readonly kind?: keyof Protocol
  readonly id?: number
  readonly answers?: number
  readonly content?: unknown
  readonly failed?: true
}

interface Asked {
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
  readonly deadline: NodeJS.Timeout
}

/** Milliseconds in which a process that is well answers many times over. */
const timeout = 5000

/**
 * One end of what a worker and its primary say to each other. What is said in one turn of the event loop goes out as one
 * message: to pass one costs more than what is in it.
 */
export class Channel {
  readonly #port: MessagePort
  readonly #handlers: Handlers
  readonly #asked = new Map<number, Asked>()
  #letters: Letter[] = []
  #lastId = 0

  constructor(port: MessagePort, handlers: Handlers) {
    this.#port = port
    this.#handlers = handlers
    port.listen(message => {
      for (const letter of message as readonly Letter[]) this.#take(letter)
    })
  }

  tell<K extends keyof Protocol>(kind: K, content: Protocol[K]['content']): void {
    this.#post({ kind, content })
  }

  /** @throws KmsError OVERLOADED if there is no answer in time, or the other side has failed over it */
  ask<K extends keyof Protocol>(kind: K, content: Protocol[K]['content']): Promise<Answer<K>> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => this.#settle(id, { failed: true }), timeout).unref()
      this.#asked.set(id, { resolve, reject, deadline })
      this.#post({ kind, id, content })
    })
  }

  /** The other side is gone: nobody waits for it any more. */
  close(): void {
    for (const id of [...this.#asked.keys()]) this.#settle(id, { failed: true })
  }

  #post(letter: Letter): void {
    if (this.#letters.length === 0) setImmediate(() => this.#send())
    this.#letters.push(letter)
  }

  #send(): void {
    const letters = this.#letters
    this.#letters = []
    this.#port.send(letters)
  }

  #take({ kind, id, answers, ...letter }: Letter): void {
    if (answers !== undefined) this.#settle(answers, letter)
    if (kind === undefined) return
    const handler = this.#handlers[kind] as ((content: unknown) => unknown) | undefined
    if (id === undefined) {
      handler?.(letter.content)
      return
    }
    Promise.resolve(letter.content)
      .then(content => handler?.(content))
      .then(
        content => this.#post({ answers: id, content }),
        () => this.#post({ answers: id, failed: true }),
      )
  }

  #settle(id: number, { content, failed }: Pick<Letter, 'content' | 'failed'>): void {
    const asked = this.#asked.get(id)
    if (asked === undefined) return
    this.#asked.delete(id)
    clearTimeout(asked.deadline)
    if (failed) asked.reject(new KmsError('OVERLOADED', 'there is too much to do now', { cause: 'no answer' }))
    else asked.resolve(content as never)
  }
}
