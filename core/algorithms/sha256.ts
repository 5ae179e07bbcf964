import { createHash, hash } from 'node:crypto'

/** The same over pieces that come one after the other. */
export function sha256OfPieces(): { update(piece: Uint8Array): void; digest(): Uint8Array } {
  const pieces = createHash('sha256')
  return { update: piece => void pieces.update(piece), digest: () => pieces.digest() }
}

export function sha256(data: Uint8Array | string): Uint8Array {
  return hash('sha256', data, 'buffer')
}
