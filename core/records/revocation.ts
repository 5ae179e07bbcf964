/** A delegated capability that is not accepted any more, and nothing that was delegated below it. */
export interface Revocation {
  readonly keystoreId: string
  readonly capabilityId: string
  /** The DID URL of the key by which it was revoked. */
  readonly revokedBy: string
  /** Unix time, milliseconds, as below. */
  readonly revokedAt: number
  /** When the capability has ended by itself at the latest; the revocation is kept for a day longer. */
  readonly expires: number
}
