import type { Exit } from './exit-codes.ts'

/** Why a command ends without its result, in a sentence that says what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exit: Exit
  /** A stable name for programs, as the service's codes are. */
  readonly code: string

  constructor(exit: Exit, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.exit = exit
    this.code = code
  }
}

export function usageError(message: string): CliError {
  return new CliError('usage', 'USAGE', message)
}
