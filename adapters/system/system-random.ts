import { randomBytes } from 'node:crypto'
import type { Random } from '@keyhold/core'

/** Up to this many bytes a draw is served from a pool: for nonces a call of its own would cost thirty times as much. */
const smallDraw = 24

/** Random bytes of the operating system's generator. */
export function systemRandom(): Random {
  let pool: Buffer = Buffer.alloc(0)
  let used = 0
  return length => {
    // Also whatever is no length: it is refused there.
    if (!(length >= 0 && length <= smallDraw)) return randomBytes(length)
    if (used + length > pool.length) {
      pool = randomBytes(4096)
      used = 0
    }
    const drawn = new Uint8Array(length)
    pool.copy(drawn, 0, used, used + length)
    pool.fill(0, used, used + length)
    used += length
    return drawn
  }
}
