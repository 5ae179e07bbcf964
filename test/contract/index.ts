/** The suites that every adapter of a port must pass. */
export { type AccessTokenContractOptions, accessTokenContract } from './access-token.contract.ts'
export { hostileTexts } from './hostile-texts.ts'
export { type KeyStoreContractOptions, keyStoreContract } from './key-store.contract.ts'
export { lockContract } from './lock.contract.ts'
export type { LockContractOptions } from './lock-refusals.ts'
export { outcome, tally } from './outcome.ts'
export { secretShareContract } from './secret-share.contract.ts'
export { type VaultScene, vaultContract } from './vault.contract.ts'
