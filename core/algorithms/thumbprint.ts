import { createHash } from 'node:crypto'

/** The SHA-256 JWK thumbprint (RFC 7638), base64url: 43 characters. The members must be the required ones, in order. */
export function thumbprint(jwk: Readonly<Record<string, string>>): string {
  return createHash('sha256').update(JSON.stringify(jwk)).digest('base64url')
}
