import type { Channel } from './channel.ts'

/** Milliseconds from an answer to the next question. */
const interval = 5000

/**
 * So many questions in a row stay without an answer when a worker hangs, each for as long as a channel waits. One alone
 * says nothing: the machine may have stood still, and this process with it.
 */
const mostMissed = 6

/** Resolves when a worker's event loop has not gone round for half a minute, or when the worker has ended. @returns whether it hangs */
export async function isHanging(channel: Channel, ended: Promise<unknown>): Promise<boolean> {
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  for (let missed = 0; missed < mostMissed; ) {
    const isAnswered = await channel.ask('pulse', null).then(
      () => true,
      () => false,
    )
    if (hasEnded) return false
    missed = isAnswered ? 0 : missed + 1
    if (isAnswered) await new Promise<void>(resolve => setTimeout(resolve, interval).unref())
  }
  return true
}
