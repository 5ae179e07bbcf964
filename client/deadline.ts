/** When a call ends without its answer. */
export interface Deadline {
  /** Milliseconds. */
  readonly timeout: number
  /** Ends it earlier. */
  readonly signal?: AbortSignal
}

/**
 * Runs a call under a signal that is aborted at its deadline, with a DOMException `TimeoutError`, or when the caller's own
 * is, with its reason. Nothing of it is left when the call has ended.
 */
export async function withDeadline<T>(
  { timeout, signal: given }: Deadline,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const onAbort = () => controller.abort(given?.reason)
  const onTimeout = () => controller.abort(new DOMException(`no answer within ${timeout} ms`, 'TimeoutError'))
  const timer = setTimeout(onTimeout, timeout)
  if (given?.aborted) onAbort()
  given?.addEventListener('abort', onAbort, { once: true })
  try {
    return await call(controller.signal)
  } finally {
    clearTimeout(timer)
    given?.removeEventListener('abort', onAbort)
  }
}

/** Waits, unless the signal is aborted meanwhile: then it rejects with its reason. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const onTime = () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    const timer = setTimeout(onTime, milliseconds)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
