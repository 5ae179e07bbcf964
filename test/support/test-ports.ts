import { FixedClock, MemoryKeyStore, seededRandom } from '@keyhold/adapters'
import { AeadLock, lockKeyLength, type Ports, SecretBytes } from '@keyhold/core'

/** When everything happens in a test. */
export const testTime = Date.UTC(2024, 1, 29, 12, 30, 0, 250)

/** An empty store in memory, a lock of its own, a clock that stands still and randomness that depends on the seed. */
export function testPorts(seed: string): Ports {
  const random = seededRandom(seed)
  const lock = new AeadLock('test', new SecretBytes(random(lockKeyLength)), random)
  return { store: new MemoryKeyStore(), lock, random, clock: new FixedClock(new Date(testTime).toISOString()) }
}
