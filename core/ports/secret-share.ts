import type { SecretBytes } from '../secrets/secret-bytes.ts'

/**
 * Where the second share of a user's secret is held: with Shamir's scheme the user lock opens only when the share of
 * the request and this one are combined, so neither holder can open it alone.
 *
 * Codes: SHARE_REJECTED when there is no share for the subject or the holder refuses, with one text for both;
 * SHARE_UNAVAILABLE when it does not answer in time, and for every call after `close`. Nothing but `KmsError` is thrown.
 */
export interface SecretSharePort {
  /**
   * Fetches the share that is held for a subject. The caller owns the result, and each call answers its own copy.
   *
   * @param subject the verified subject of the caller's credential; any text, treated as data
   */
  fetchShare(subject: string): Promise<SecretBytes>

  /** Resolves when the holder could answer now. */
  check(): Promise<void>

  /** Ends the use of the holder. May be called more than once. */
  close(): Promise<void>
}
