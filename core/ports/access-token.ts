/** Whom an access token was issued to: a subject of an issuer, or, if it names none, whoever holds a key (RFC 7638). */
export type TokenOwner = { readonly issuer: string; readonly subject: string } | { readonly thumbprint: string }

/**
 * One of the things that a token allows (RFC 9635 section 8.1, RFC 9396 section 2): some actions at some places. Several
 * rights add up.
 */
export interface AccessRight {
  /** Undefined: all that a token can allow at all. */
  readonly actions?: readonly string[]
  /** URLs, without a slash at the end, of which each stands for all below it. Undefined: wherever its owner may be. */
  readonly locations?: readonly string[]
}

/** A public JWK (RFC 7517) as an authorization server named it. */
export type PublicJwk = Readonly<Record<string, unknown>>

/** What is known of a token that is active. */
export interface AccessToken {
  readonly owner: TokenOwner
  readonly rights: readonly AccessRight[]
  /** Unix time, milliseconds; infinite if its issuer does not say. */
  readonly expires: number
  /** Whoever sends the token must sign the request by this key. Undefined: whoever has the token may use it. */
  readonly key?: PublicJwk
}

/**
 * Who knows what an access token is worth: the authorization server that issued it, or its keys.
 *
 * Codes: AUTH_UNAVAILABLE when that cannot be found out in time, and for every call after `close`. Nothing but `KmsError`
 * is thrown.
 */
export interface AccessTokenPort {
  /**
   * Finds out about a token. Undefined if it is not active, for whatever reason: unknown, expired, revoked, not for this
   * service, not in a form that is known.
   *
   * @param token visible ASCII without spaces, 1 to 8,192 characters; treated as data
   */
  introspect(token: string): Promise<AccessToken | undefined>

  /** Ends the use of the issuer. May be called more than once. */
  close(): Promise<void>
}
