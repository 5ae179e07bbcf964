import { FixedClock, MemoryKeyStore, systemRandom } from '@keyhold/adapters'
import { AeadLock, type KeyStorePort, lockKeyLength, type Ports, SecretBytes } from '@keyhold/core'

/** Ports that need nothing but memory. The same `lockKeyByte` gives the same lock, another one another. */
export function memoryPorts({
  store = new MemoryKeyStore() as KeyStorePort,
  lockKeyByte = 1,
} = {}): Ports & { readonly clock: FixedClock } {
  const random = systemRandom()
  const lock = new AeadLock('test', new SecretBytes(new Uint8Array(lockKeyLength).fill(lockKeyByte)), random)
  return { store, lock, random, clock: new FixedClock('2024-02-29T12:30:00Z') }
}
