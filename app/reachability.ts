import type { ObserveCall } from '@keyhold/adapters'
import type { Clock } from '@keyhold/core'
import type { Finding } from './http/health/probe.ts'

/** Those that are called only for some callers, as health calls them. */
const names: Readonly<Record<string, string>> = { 'auth-server': 'auth_server', issuer: 'issuer', vault: 'vault' }

/**
 * What the last call of each other server has shown. Of vaults there are as many as users like, and one that is away says
 * nothing about the others: it is only where to begin to look.
 */
export class Reachability {
  readonly #clock: Clock
  readonly #last = new Map<string, Finding>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly observe = (peer: string): ObserveCall | undefined => {
    const name = names[peer]
    if (name === undefined) return undefined
    return () => ({
      end: outcome => {
        // Whoever refuses answers, too.
        const state = /^[1-4]xx$/.test(outcome) ? 'ok' : 'unavailable'
        this.#last.set(name, { state, at: this.#clock.elapsed() })
      },
    })
  }

  readonly findings = (): Readonly<Record<string, Finding>> => Object.fromEntries(this.#last)
}

/** Several who observe the same calls; what one of them sends along is sent. */
export function allObserving(...given: readonly (ObserveCall | undefined)[]): ObserveCall | undefined {
  const observers = given.filter(observe => observe !== undefined)
  if (observers.length < 2) return observers[0]
  return operation => {
    const observed = observers.map(observe => observe(operation))
    return {
      headers: Object.assign({}, ...observed.map(({ headers }) => headers)),
      end: (outcome, attempts) => {
        for (const each of observed) each.end(outcome, attempts)
      },
    }
  }
}
