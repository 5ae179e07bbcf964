import { setTimeout as sleep } from 'node:timers/promises'
import { HttpFailure } from './http.ts'

/** Milliseconds before the second attempt. */
const pause = 50

/** Makes a call again if its connection broke: one may have been closed just when it was used again. */
export async function withSecondAttempt<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.reason !== 'connection' || signal.aborted) throw error
    await sleep(pause)
    return attempt()
  }
}
