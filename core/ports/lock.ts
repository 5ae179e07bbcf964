import type { SecretBytes } from '../secrets/secret-bytes.ts'

/**
 * What a locked secret is bound to. Every member is authenticated, so a locked secret that was moved to another
 * keystore, key, version or purpose does not open. Nothing in it is secret: a remote lock may log it.
 */
export type LockContext = Readonly<Record<string, string>>

/**
 * A lock wraps small secrets (1 to 4,096 bytes) under a key of its own. The hierarchy of locks is this port applied to
 * itself: the server lock locks a keystore's lock key, which makes another `LockPort` that locks that keystore's keys.
 *
 * Codes: LOCK_REJECTED when the blob is not one of this lock's, was changed, or belongs to another context, all with
 * one text; LOCK_UNAVAILABLE when the lock cannot be reached in time, and for every call after `close`; LOCK_REFUSED when
 * whoever holds it refuses to use it until an operator acts. Nothing but `KmsError` is thrown. Calls may run in parallel.
 */
export interface LockPort {
  /** Names the technology and the key, e.g. `local:…`; stable as long as the key is the same, different for another. */
  readonly id: string

  /** The id of the lock whose place this one takes, and whose blobs it opens as well. Most locks have none. */
  readonly formerId?: string

  /**
   * Locks a secret. The bytes stay the caller's and are not kept. The same input never gives the same output twice.
   * The result says its format version and which lock made it (`sealed.ts`).
   */
  lock(secret: Uint8Array, context: LockContext): Promise<Uint8Array>

  /** Opens what `lock` made with an equal context (order of members does not matter). The caller owns the result. */
  unlock(locked: Uint8Array, context: LockContext): Promise<SecretBytes>

  /** Resolves when the lock could be used now. */
  check(): Promise<void>

  /** Wipes what the lock holds in memory. May be called more than once. */
  close(): Promise<void>
}
