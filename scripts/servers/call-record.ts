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
  /** Milliseconds, of a clock that never goes back. */
  readonly at: number
}

/**
 * What several proxies have seen, in one order. A call is noted before it is passed on, and its answer before it is
 * given back: so whoever caused a call after an answer finds them here in this order, and never in the other.
 */
export class CallRecord {
  readonly #moments: Moment[] = []

  /** Notes that a call was sent. The result notes that its answer is given back. */
  asked(callee: string, call: string, about: string): () => void {
    const note = (event: Moment['event']) => {
      const number = this.#moments.length + 1
      this.#moments.push({ number, event, callee, call, about, at: performance.now() })
    }
    note('asked')
    return () => note('answered')
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
export function lineOf({ event, callee, call, about }: Moment): string {
  return `${event === 'asked' ? '→' : '←'} ${callee} ${call} ${about}`.trimEnd()
}
