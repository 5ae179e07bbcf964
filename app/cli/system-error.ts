/** Whether an error is the operating system's: its message is a sentence that an operator can act on. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
