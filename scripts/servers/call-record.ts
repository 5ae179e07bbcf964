/** One end of a call: it was sent, or its answer was given back. */
export interface Moment {
  /** Counted up over everything that is recorded together, and so the order. */
  readonly number: number
  readonly event: 'asked' | 'answered'
  /** Who was called, e.g. `AWS`, `database`. */
  readonly callee: string
  /** e.g. `Encrypt`, `insert`. */
  readonly call: string
  /** What the call was about, e.g. the collection. */
  readonly about: string
  /** How an answer ended, e.g. its status; absent where nobody looks at that. */
  readonly outcome?: string
  /** Milliseconds, of a clock that never goes back. */
  readonly at: number
}

/**
 * What several proxies have seen, in one order. A call is noted before it is passed on, and its answer before it is
 * given back: so whoever caused a call after an answer finds them here in this order, and never in the other.
 */
export class CallRecord {
  readonly #moments: Moment[] = []

  /** Notes that a call was sent. The result notes that its answer is given back, and how it ended if that is said. */
  asked(callee: string, call: string, about: string): (outcome?: string) => void {
    const note = (event: Moment['event'], outcome?: string) => {
      const number = this.#moments.length + 1
      const ended = outcome === undefined ? {} : { outcome }
      this.#moments.push({ number, event, callee, call, about, ...ended, at: performance.now() })
    }
    note('asked')
    return outcome => note('answered', outcome)
  }

  /** How many moments there are: what `since` takes later. */
  get now(): number {
    return this.#moments.length
  }

  /** What was noted after an earlier `now`. */
  since(now: number): readonly Moment[] {
    return this.#moments.slice(now)
  }
}

/** A moment as a line that shows no times, e.g. `→ AWS Encrypt keystore-lock-key`. */
export function lineOf({ event, callee, call, about, outcome = '' }: Moment): string {
  const parts = [event === 'asked' ? '→' : '←', callee, call, about, outcome]
  return parts.filter(part => part !== '').join(' ')
}
