import { CliError } from './cli-error.ts'
import { type Exit, exitFor } from './exit-codes.ts'

/** An error as it is told. */
export interface Failure {
  readonly exit: Exit
  readonly code: string
  readonly message: string
}

/** What a person can do something about is said in a sentence; a bug shows where it is. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return bug(String(error))
  const message = error.message + causeOf(error)
  if (error instanceof CliError) return { exit: error.exit, code: error.code, message }
  // Errors of the service, the core and the operating system: each has a stable code.
  if ('code' in error && typeof error.code === 'string') {
    const status = 'status' in error ? `${error.status} ${error.code}: ` : ''
    return { exit: exitFor(error.code), code: error.code, message: status + message }
  }
  // What `fetch` says of a service that cannot be reached; its cause knows more.
  if (error.message === 'fetch failed') return { exit: 'unreachable', code: 'UNREACHABLE', message }
  if (error.name === 'TimeoutError') return { exit: 'unreachable', code: 'TIMEOUT', message }
  const isMendable = error.constructor === Error || error instanceof RangeError
  return isMendable ? { exit: 'failed', code: 'FAILED', message } : bug(error.stack ?? error.message)
}

function bug(message: string): Failure {
  return { exit: 'bug', code: 'INTERNAL_ERROR', message }
}

function causeOf({ cause }: Error): string {
  if (!(cause instanceof Error)) return ''
  // A host that has several addresses is refused by each.
  const text = cause.message || (cause as NodeJS.ErrnoException).code
  return text ? `: ${text}` : ''
}
