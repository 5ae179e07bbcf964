/**
 * What opens each adapter. Those that need a large library are exports of their own, loaded when they are chosen:
 * `@keyhold/adapters/lock-aws-kms`, `@keyhold/adapters/lock-openbao-transit`, `@keyhold/adapters/share-http`,
 * `@keyhold/adapters/store-mongo`, `@keyhold/adapters/token-gnap`, `@keyhold/adapters/token-oauth`,
 * `@keyhold/adapters/vault-edv`.
 */
export { ComputationThreads, type ComputationThreadsOptions } from './computation-threads/computation-threads.ts'
export { openSodiumEd25519, SodiumError } from './ed25519-sodium/sodium-ed25519.ts'
export { FixedClock } from './fixed/fixed-clock.ts'
export { seededRandom } from './fixed/seeded-random.ts'
export { openLocalLock } from './lock-local/local-lock.ts'
export { MasterKeyFileError, makeMasterKeyFile } from './lock-local/master-key-file.ts'
export { MemorySecretShares } from './share-memory/memory-secret-shares.ts'
export { inTime, withDeadline } from './shared/deadline.ts'
export { IssuerFileError, type IssuerFiles, readIssuers } from './shared/issuer-files.ts'
export type { ObserveCall } from './shared/observe-call.ts'
export { syncDirectory } from './shared/sync-directory.ts'
export { CachedKeyStore } from './store-cached/cached-key-store.ts'
export { openEmbeddedKeyStore } from './store-embedded/open-embedded-key-store.ts'
export { MemoryKeyStore } from './store-memory/memory-key-store.ts'
export { systemClock } from './system/system-clock.ts'
export { systemRandom } from './system/system-random.ts'
export { CachedAccessTokens, type TokenCacheLimits } from './token-cached/cached-access-tokens.ts'
export { SigningKeyFileError } from './token-gnap/signing-key-file-error.ts'
export { MemoryAccessTokens } from './token-memory/memory-access-tokens.ts'
export { MemoryVaults } from './vault-memory/memory-vaults.ts'
export { verifyCcgChain } from './zcap-ccg/verify-ccg-chain.ts'
