import { createHash, hash } from 'node:crypto'

/** The same over pieces that come one after the other. */
export function sha256OfPieces(): { update(piece: Uint8Array): void; digest(): Uint8Array } {
  const pieces = createHash('sha256')
  return { update: piece => void pieces.update(piece), digest: () => pieces.digest() }
}

export function sha256(data: Uint8Array | string): Uint8Array {
  return hash('sha256', data, 'buffer')
}

/** The same as base64url without padding (RFC 7515 section 2). */
export function sha256Base64Url(data: Uint8Array | string): string {
  return hash('sha256', data, 'base64url')
}
