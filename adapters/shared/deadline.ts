/**
 * Gives a call so many milliseconds. Its signal aborts then, and the answer does not wait for a call that is deaf to
 * it: what becomes of that is not known to the caller.
 *
 * @throws DeadlineError
 */
export async function withDeadline<T>(milliseconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new DeadlineError('no answer in time')
      controller.abort(reason)
      reject(reason)
    }, milliseconds)
  })
  try {
    return await Promise.race([call(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

/** The same for a signal that is there already. @throws the reason of the signal */
export async function untilAborted<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let listener = () => {}
  const aborted = new Promise<never>((_, reject) => {
    listener = () => reject(signal.reason)
  })
  signal.addEventListener('abort', listener, { once: true })
  try {
    return await Promise.race([call(), aborted])
  } finally {
    signal.removeEventListener('abort', listener)
  }
}

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}
