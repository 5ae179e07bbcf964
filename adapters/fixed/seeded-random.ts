import { createHash } from 'node:crypto'
import type { Random } from '@keyhold/core'

/** The same bytes for the same seed, over and over: for tests, and never for keys that anyone relies on. */
export function seededRandom(seed: number | string): Random {
  let drawn = 0
  return length => {
    const blocks: Buffer[] = []
    for (let block = 0; block * 32 < length; block += 1) {
      blocks.push(createHash('sha256').update(`keyhold/seeded-random ${seed} ${drawn} ${block}`).digest())
    }
    drawn += 1
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length))
  }
}
