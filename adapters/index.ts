/** What opens each adapter. */
export { openLocalLock } from './lock-local/local-lock.ts'
export { MasterKeyFileError, makeMasterKeyFile } from './lock-local/master-key-file.ts'
export { MemorySecretShares } from './share-memory/memory-secret-shares.ts'
export { openEmbeddedKeyStore } from './store-embedded/embedded-key-store.ts'
export { MemoryKeyStore } from './store-memory/memory-key-store.ts'
export { systemClock } from './system/system-clock.ts'
export { systemRandom } from './system/system-random.ts'
