/**
 * Gives a call so many milliseconds. Its signal aborts then, and the answer does not wait for a call that is deaf to
 * it: what becomes of that is not known to the caller.
 *
 * @throws DeadlineError
 */
export async function withDeadline<T>(milliseconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  return inTime(milliseconds, call(controller.signal), reason => controller.abort(reason))
}

/** The same for a call that is under way, and hears no signal. @param onLate is told before the answer is given up */
export function inTime<T>(
  milliseconds: number,
  call: Promise<T>,
  onLate: (reason: DeadlineError) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const reason = new DeadlineError('no answer in time')
      onLate(reason)
      reject(reason)
    }, milliseconds)
    call.then(resolve, reject).finally(() => clearTimeout(timer))
  })
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
