/**
 * What the exit code of `keyhold` says. Scripts depend on these numbers: none is ever given another meaning.
 * `keyhold --help` and docs/command-line.md show this table.
 */
export const exitCodes = {
  done: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'refused, or failed' },
  usage: { code: 2, meaning: 'the command line is wrong' },
  unreachable: { code: 3, meaning: 'something that is needed does not answer: try again later' },
  forbidden: { code: 4, meaning: 'not allowed, or nobody has proven to be who may' },
  invalid: { code: 5, meaning: 'what was checked is not what it should be' },
  bug: { code: 70, meaning: 'an error in this program' },
} as const

export type Exit = keyof typeof exitCodes

const unreachable =
  /^([A-Z]+_UNAVAILABLE|OVERLOADED|ECONN[A-Z]+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/
const forbidden = /^(UNAUTHENTICATED|FORBIDDEN|[A-Z]+_REFUSED|SHARE_REJECTED|EACCES|EPERM)$/
const invalid = /^(VERIFICATION_FAILED|DECRYPTION_FAILED|[A-Z]+_CORRUPT|[A-Z]+_INVALID|LOCK_REJECTED|STORE_MISMATCH)$/

/** The exit for a code of the service, the core or the operating system. */
export function exitFor(code: string): Exit {
  if (unreachable.test(code)) return 'unreachable'
  if (forbidden.test(code)) return 'forbidden'
  return invalid.test(code) ? 'invalid' : 'failed'
}
