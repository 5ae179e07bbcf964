import { KmsError, type Soon } from '@keyhold/core'

/**
 * How a call ended: `done`, the code of the `KmsError` that it threw or was rejected with, or a sentence about anything else that
 * escaped, which equals no code.
 */
export async function outcome(call: () => Soon<unknown>): Promise<string> {
  try {
    await call()
    return 'done'
  } catch (error) {
    return error instanceof KmsError ? error.code : `not a KmsError: ${error}`
  }
}

/** How often each outcome occurred among calls that were all under way at once. */
export async function tally(calls: Iterable<() => Soon<unknown>>): Promise<Record<string, number>> {
  const outcomes = await Promise.all(Array.from(calls, outcome))
  const counts: Record<string, number> = {}
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1
  return counts
}
