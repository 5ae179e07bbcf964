import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** The next message of a process that was forked. @throws Error if it ends before */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const onExit = () => ended.abort()
  child.once('exit', onExit)
  try {
    const [message] = await once(child, 'message', { signal: ended.signal })
    return message
  } catch (cause) {
    throw new Error(`a server of the bench ended with ${child.exitCode ?? child.signalCode}`, { cause })
  } finally {
    child.off('exit', onExit)
  }
}

/** Tells a process that closes when it is left alone to do so, and waits until it has ended. */
export async function leave(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}
