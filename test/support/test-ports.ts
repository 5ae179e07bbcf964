import { createHash } from 'node:crypto'
import { MemoryKeyStore } from '@keyhold/adapters'
import { AeadLock, type Clock, lockKeyLength, type Ports, type Random, SecretBytes } from '@keyhold/core'

/** When everything happens in a test. */
export const testTime = Date.UTC(2024, 1, 29, 12, 30, 0, 250)

export const stoppedClock: Clock = { now: () => testTime, elapsed: () => 0 }

/** The same bytes for the same seed: SHA-256 in counter mode. */
export function seededRandom(seed: string): Random {
  let counter = 0
  return length => {
    const bytes = new Uint8Array(length)
    for (let offset = 0; offset < length; offset += 32) {
      const block = createHash('sha256').update(`${seed}/${counter}`).digest()
      counter += 1
      bytes.set(block.subarray(0, length - offset), offset)
    }
    return bytes
  }
}

/** An empty store in memory, a lock of its own, a clock that stands still and randomness that depends on the seed. */
export function testPorts(seed: string): Ports {
  const random = seededRandom(seed)
  const lock = new AeadLock('test', new SecretBytes(random(lockKeyLength)), random)
  return { store: new MemoryKeyStore(), lock, random, clock: stoppedClock }
}
