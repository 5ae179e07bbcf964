/**
 * Everything that can go wrong, as stable codes. A code is part of the API: it is answered as `code` in every error
 * body and never renamed. The HTTP status of each stands in one table, `app/http/errors.ts`.
 */
export const errorCodes = [
  /**
   * The request is malformed: JSON, base64, a missing field, a length, key material that is not what its type wants.
   */
  'INVALID_REQUEST',
  /** `key_type` names no row of the key-type table. */
  'UNSUPPORTED_KEY_TYPE',
  /** The key exists, but its type, or the part of it that is held here, cannot do this operation. */
  'OPERATION_UNSUPPORTED',
  /** Existing clients know this operation, and no key of this server can do it. */
  'NOT_IMPLEMENTED',
  /** The key or its keystore is not in a state in which it may be used (SP 800-57 part 1, section 7). */
  'NOT_ACTIVE',
  /** Nobody has proven to have made the request. */
  'UNAUTHENTICATED',
  /** The caller is known and may not do this. */
  'FORBIDDEN',
  'KEYSTORE_NOT_FOUND',
  'KEY_NOT_FOUND',
  'SESSION_NOT_FOUND',
  /** The id that a new record asks for is taken. */
  'ALREADY_EXISTS',
  /** The record was changed by someone else in between; nothing was written. */
  'CONFLICT',
  /** A bound that keeps a record finite was reached; nothing was written. */
  'LIMIT_EXCEEDED',
  /** A signature or MAC does not verify: one text for every reason. */
  'VERIFICATION_FAILED',
  /** A ciphertext does not open: one text for every reason. */
  'DECRYPTION_FAILED',
  /** An item of a batch was to use what another one has not made. */
  'FAILED_DEPENDENCY',
  /** The caller, or somebody at its address, has asked too often. The request may be repeated later; nothing was done. */
  'RATE_LIMITED',
  /** There is too much to compute to end this in time, or what computed it failed. The request may be repeated. */
  'OVERLOADED',
  /** The authorization server did not say in time what a token is worth. The request may be repeated. */
  'AUTH_UNAVAILABLE',
  /** The store did not answer, or not in time. The request may be repeated. */
  'STORE_UNAVAILABLE',
  /**
   * What was asked for could not be written to the audit log, so its result is withheld; it may have been done all the
   * same. The request may be repeated.
   */
  'AUDIT_UNAVAILABLE',
  /** The lock did not answer, or not in time. The request may be repeated. */
  'LOCK_UNAVAILABLE',
  /** The holder of the lock refuses to use it (disabled, to be deleted, not permitted) until an operator acts. */
  'LOCK_REFUSED',
  /** The holder of the other share did not answer, or not in time. The request may be repeated. */
  'SHARE_UNAVAILABLE',
  /** The share holder has no share for this subject, or refuses to give it. */
  'SHARE_REJECTED',
  /** The user's vault does not answer, or not in time, or not as a vault does. */
  'VAULT_UNAVAILABLE',
  /** The user's vault does not accept the capability that the keystore has for it. */
  'VAULT_REFUSED',
  /** The user's vault does not have what was put there, or has something else. */
  'VAULT_CORRUPT',
  /** A locked secret does not open under this lock and context. */
  'LOCK_REJECTED',
  /** A stored record is not what was written: its authentication tag or its shape is wrong. */
  'STORE_CORRUPT',
  /** The store was sealed by another server lock than the configured one, or by an unknown format. */
  'STORE_MISMATCH',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/**
 * The one error class. `message` is written for the caller and may be shown to an attacker: it holds no input, key,
 * path or backend text. Detail goes to `cause`, which only the log sees. Neither holds a secret. Whatever is thrown
 * and is not a `KmsError` is a bug.
 */
export class KmsError extends Error {
  override readonly name = 'KmsError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

export function invalidRequest(message: string, cause?: unknown): KmsError {
  return new KmsError('INVALID_REQUEST', message, cause === undefined ? undefined : { cause })
}

/**
 * One text for every reason for which nobody has proven to have made a request, and one for every reason for which a
 * proven caller may not do what is asked. The reason goes to the log alone.
 */
export function unauthenticated(reason: string): KmsError {
  return new KmsError('UNAUTHENTICATED', 'the request does not prove who makes it in a way that is accepted here', {
    cause: reason,
  })
}

export function forbidden(reason: string): KmsError {
  return new KmsError('FORBIDDEN', 'this is not allowed to the caller', { cause: reason })
}
