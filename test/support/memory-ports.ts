import { MemoryKeyStore, systemRandom } from '@keyhold/adapters'
import { AeadLock, type KeyStorePort, lockKeyLength, type Ports, SecretBytes } from '@keyhold/core'
import { FakeClock } from './fake-clock.ts'

/** Ports that need nothing but memory. The same `lockKeyByte` gives the same lock, another one another. */
export function memoryPorts({
  store = new MemoryKeyStore() as KeyStorePort,
  lockKeyByte = 1,
} = {}): Ports & { readonly clock: FakeClock } {
  const random = systemRandom()
  const lock = new AeadLock('test', new SecretBytes(new Uint8Array(lockKeyLength).fill(lockKeyByte)), random)
  return { store, lock, random, clock: new FakeClock() }
}
