import type { Clock } from '@keyhold/core'
import type { FastifyBaseLogger } from 'fastify'

/** What was found out last about something that the service needs. */
export interface Finding<State = 'ok' | 'unavailable'> {
  readonly state: State
  /** Of the clock that never goes back. */
  readonly at: number
}

/** Milliseconds for which a finding is answered again: however often somebody asks, so often is looked at most. */
const pause = 1000

/** Finds out whether something answers; once for all who ask meanwhile. */
export class Probe {
  readonly #name: string
  readonly #check: () => Promise<void>
  readonly #clock: Clock
  readonly #log: FastifyBaseLogger | undefined
  #last: Finding | undefined
  #looking: Promise<Finding> | undefined

  constructor(name: string, check: () => Promise<void>, clock: Clock, log: FastifyBaseLogger | undefined) {
    this.#name = name
    this.#check = check
    this.#clock = clock
    this.#log = log
  }

  async find(): Promise<Finding> {
    if (this.#last !== undefined && this.#clock.elapsed() - this.#last.at < pause) return this.#last
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #look(): Promise<Finding> {
    const failure = await this.#check().then(
      () => undefined,
      error => ({ error }),
    )
    const before = this.#last?.state ?? 'ok'
    this.#last = { state: failure ? 'unavailable' : 'ok', at: this.#clock.elapsed() }
    if (failure && before === 'ok') this.#log?.warn({ err: failure.error, needed: this.#name }, 'not ready')
    if (!failure && before !== 'ok') this.#log?.info({ needed: this.#name }, 'ready again')
    return this.#last
  }
}
