import { createHash } from 'node:crypto'

/** The same over pieces that come one after the other. */
export function sha256OfPieces(): { update(piece: Uint8Array): void; digest(): Uint8Array } {
  const hash = createHash('sha256')
  return { update: piece => void hash.update(piece), digest: () => hash.digest() }
}

export function sha256(data: Uint8Array | string): Uint8Array {
  return createHash('sha256').update(data).digest()
}
