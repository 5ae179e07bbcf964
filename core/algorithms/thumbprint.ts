import { sha256Base64Url } from './sha256.ts'

/** The SHA-256 JWK thumbprint (RFC 7638), base64url: 43 characters. The members must be the required ones, in order. */
export function thumbprint(jwk: Readonly<Record<string, string>>): string {
  return sha256Base64Url(JSON.stringify(jwk))
}
