import { KmsError, observed } from '@keyhold/core'
import type { Around } from './around.ts'

/** Where the lines go. */
export interface TraceLog {
  debug(entry: object, message: string): void
}

/**
 * Logs each call to a lock or store, with what it was about and how it ended. In the order of these lines a reader finds
 * the hierarchy of locks again.
 */
export function trace(log: TraceLog): Around {
  return ({ port, call, about }, run) => {
    const from = performance.now()
    const write = (outcome: string) => {
      const milliseconds = Math.round((performance.now() - from) * 1000) / 1000
      log.debug({ port, call, ...about, outcome, milliseconds }, 'trace')
    }
    return observed(
      run,
      () => write('done'),
      error => write(outcomeOf(error)),
    )
  }
}

/** How a call has ended that did not do what it should. */
export function outcomeOf(error: unknown): string {
  return error instanceof KmsError ? error.code : 'failed'
}
