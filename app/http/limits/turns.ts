import type { Clock } from '@keyhold/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { overloaded } from '../errors.ts'
import { FairQueue } from './fair-queue.ts'

export interface TurnOptions {
  readonly clock: Clock
  /** Milliseconds that a request may have waited. */
  readonly longestWait: number
  /** Where a request comes from, and what it is about, before anybody has proven anything. */
  readonly originOf: (request: FastifyRequest) => readonly [source: string, flow: string]
  /** Runs something when the event loop has looked for what has arrived. Default: `setImmediate`. */
  readonly nextTurn?: (run: () => void) => void
}

/**
 * So many requests are begun in one turn of the event loop. What has arrived meanwhile is seen before the next ones are:
 * with more, a lone request would wait for all of those that a busy caller has sent at once.
 */
export const perTurn = 2

interface Waiting {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly done: () => void
  readonly since: number
}

/**
 * Has requests wait for their turn where there are more of them than can be done at once: one of each source, and of each
 * keystore that it asks about, and then the next of each. Who sends many waits for its own.
 */
export class Turns {
  readonly #options: TurnOptions
  readonly #nextTurn: (run: () => void) => void
  readonly #queue = new FairQueue<Waiting>()
  #begun = 0

  constructor(options: TurnOptions) {
    this.#options = options
    this.#nextTurn = options.nextTurn ?? setImmediate
  }

  get waiting(): number {
    return this.#queue.size
  }

  /** Calls `done` when it is the request's turn, at once if nobody else waits; or refuses it. */
  wait(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const isQuiet = this.#begun === 0 && this.#queue.size === 0
    if (isQuiet) this.#nextTurn(this.#turn)
    if (this.#queue.size === 0 && this.#begun < perTurn) {
      this.#begun += 1
      done()
      return
    }
    const { clock, originOf } = this.#options
    const [source, flow] = originOf(request)
    this.#queue.push(source, flow, { request, reply, done, since: clock.elapsed() })
  }

  /** Refuses the newest request of whoever has most of them waiting. */
  refuseNewest(reason: string): void {
    const newest = this.#queue.drop()
    if (newest !== undefined) overloaded(newest.request, newest.reply, reason)
  }

  readonly #turn = (): void => {
    this.#begun = 0
    while (this.#begun < perTurn) {
      const next = this.#queue.shift()
      if (next === undefined) break
      if (this.#isRefused(next)) continue
      this.#begun += 1
      next.done()
    }
    if (this.#begun > 0 || this.#queue.size > 0) this.#nextTurn(this.#turn)
  }

  #isRefused({ request, reply, since }: Waiting): boolean {
    const { clock, longestWait } = this.#options
    const isGone = request.raw.socket.destroyed
    const isLate = clock.elapsed() - since > longestWait
    if (isGone) overloaded(request, reply, 'its client is gone')
    else if (isLate) overloaded(request, reply, 'it has waited too long')
    return isGone || isLate
  }
}
