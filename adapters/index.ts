/**
 * What opens each adapter, but for those that need a large library: they are imported by path, by whoever chose them
 * (`lock-aws-kms/`, `store-mongo/`, `lock-openbao-transit/`).
 */
export { FixedClock } from './fixed/fixed-clock.ts'
export { seededRandom } from './fixed/seeded-random.ts'
export { openLocalLock } from './lock-local/local-lock.ts'
export { MasterKeyFileError, makeMasterKeyFile } from './lock-local/master-key-file.ts'
export { MemorySecretShares } from './share-memory/memory-secret-shares.ts'
export { CachedKeyStore } from './store-cached/cached-key-store.ts'
export { openEmbeddedKeyStore } from './store-embedded/embedded-key-store.ts'
export { MemoryKeyStore } from './store-memory/memory-key-store.ts'
export { systemClock } from './system/system-clock.ts'
export { systemRandom } from './system/system-random.ts'
export { verifyCcgChain } from './zcap-ccg/verify-ccg-chain.ts'
