import { hkdfSync } from 'node:crypto'

/** HKDF-SHA-256 (RFC 5869) without a salt. The caller owns the result. */
export function hkdfSha256(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, length))
}
