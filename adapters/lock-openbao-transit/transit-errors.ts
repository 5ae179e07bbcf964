import { KmsError } from '@keyhold/core'
import type { HttpAnswer } from '../shared/http.ts'

/** Why the lock cannot be used, for the log: it repeats nothing that was sent. */
export class TransitFailure extends Error {
  override readonly name = 'TransitFailure'
}

export function lockUnavailable(reason: string | Error): KmsError {
  return new KmsError('LOCK_UNAVAILABLE', 'the lock does not answer', { cause: failure(reason) })
}

export function lockRefused(reason: string): KmsError {
  return new KmsError('LOCK_REFUSED', 'the holder of the lock refuses to use it', { cause: failure(reason) })
}

function failure(reason: string | Error): Error {
  return typeof reason === 'string' ? new TransitFailure(reason) : reason
}

/**
 * Statuses that pass by themselves although they are not from 500 up: a standby node that points to the active one,
 * a time limit, a state that has not been replicated yet, a quota.
 */
const passing: ReadonlySet<number> = new Set([307, 408, 412, 429])
const serverFaults = 500

/** The error of an answer that is not a success: what passes by itself is unavailable, everything else is refused. */
export function errorOf(answer: HttpAnswer): KmsError {
  const phrase = phraseIn(answer)
  const reason = `the server answered ${answer.status}${phrase === undefined ? '' : `: ${phrase}`}`
  const passes = passing.has(answer.status) || answer.status >= serverFaults
  return passes ? lockUnavailable(reason) : lockRefused(reason)
}

/** A version of the key that an operator has retired, and can bring back unless it was trimmed. */
export function isTooOld(answer: HttpAnswer): boolean {
  return answer.body.includes(tooOld)
}

const tooOld = 'disallowed by policy (too old)'

/**
 * What an operator would look for. The answer's own text goes no further: whatever stands between us and the server
 * may repeat in it what was sent, the secret and the token.
 */
const phrases = [
  tooOld,
  'permission denied',
  'Vault is sealed',
  'encryption key not found',
  'unknown key type',
  'soft-deleted key',
  "missing 'context' for key derivation",
  'non-AEAD cipher suite',
  'no handler for route',
  'namespace not found',
  'rate limit quota exceeded',
  'no active',
  'not active',
] as const

function phraseIn({ body }: HttpAnswer): string | undefined {
  return phrases.find(phrase => body.includes(phrase))
}
