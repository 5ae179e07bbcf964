/** What the key of a session is bound to. */
export interface SessionKeyFacts {
  /** The URL of the session, as its opening has answered it: it names the keystore. */
  readonly url: string
  /** SHA-256 of the text of the capability as the opening has sent it, base64url. */
  readonly capabilityHash: string
  /** The ephemeral X25519 keys of both sides, base64url. */
  readonly openerKey: string
  readonly serverKey: string
}

/** Bytes of the key of a session. */
export const sessionKeyLength = 32

/**
 * The `info` from which both sides derive the key of a session by HKDF-SHA-256 (RFC 5869), without a salt, from what their
 * X25519 keys agree on: five lines, of which none can hold a line end.
 */
export function sessionKeyInfo({ url, capabilityHash, openerKey, serverKey }: SessionKeyFacts): Uint8Array {
  return new TextEncoder().encode(['keyhold/session/v1', url, capabilityHash, openerKey, serverKey].join('\n'))
}
