import { setTimeout as sleep } from 'node:timers/promises'
import { KmsError } from '@keyhold/core'
import { DeadlineError, withDeadline } from '../shared/deadline.ts'
import { isServerError, summary } from './driver-errors.ts'

export interface StartOptions {
  /** Milliseconds. */
  readonly startTimeout: number
  /** Is told about each second how long the start has been waiting, and for what. */
  readonly onWaiting?: ((seconds: number, cause: unknown) => void) | undefined
}

/** Milliseconds between two attempts. */
const pause = 250

/**
 * Attempts until it succeeds or the time is over. Services are often started together with their database, in any
 * order; but somebody who is not let in today will not be let in in a minute.
 *
 * @throws KmsError
 */
export async function waitForStart<T>(
  { startTimeout, onWaiting }: StartOptions,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const began = performance.now()
  const waited = () => performance.now() - began
  let cause: Error | undefined
  const progress = setInterval(() => onWaiting?.(Math.round(waited() / 1000), cause), 1000)
  try {
    for (;;) {
      try {
        return await withDeadline(startTimeout - waited(), attempt)
      } catch (error) {
        const final = finalError(error)
        if (final !== undefined) throw final
        // That the time is over says less than what went wrong before.
        if (cause === undefined || !(error instanceof DeadlineError)) cause = summary(error)
      }
      if (startTimeout - waited() <= pause) break
      await sleep(pause)
    }
    throw new KmsError('STORE_UNAVAILABLE', 'the database did not answer while the start waited for it', { cause })
  } finally {
    clearInterval(progress)
  }
}

/** What no waiting will mend. */
function finalError(error: unknown): KmsError | undefined {
  if (error instanceof KmsError) return error
  const final = (message: string) => new KmsError('STORE_UNAVAILABLE', message, { cause: summary(error) })
  if (isServerError(error, 'AuthenticationFailed', 'Unauthorized')) {
    return final('the database refuses the user or the password, or does not allow the user what is needed')
  }
  if (isServerError(error, 'InvalidNamespace')) return final('the prefix makes no names that collections can have')
  return undefined
}
