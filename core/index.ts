/** The public face of the core: the operations, the ports that an adapter implements, and what both are made of. */
export { type KeyTypeName, keyTypeNames } from './algorithms/index.ts'
export type { Encrypted } from './algorithms/key-type.ts'
export type { Action } from './authorization/action.ts'
export type { Caller } from './authorization/authorize.ts'
export { decodeBase64, encodeBase64, encodeBase64Url } from './encoding/base64.ts'
export { type ErrorCode, errorCodes, invalidRequest, KmsError } from './errors.ts'
export type { KeyAddress } from './keys/resolve-key.ts'
export { defaultCacheLimits, type Kms, openKms } from './kms.ts'
export { AeadLock, lockKeyLength } from './locks/aead-lock.ts'
export type { CacheLimits } from './opened-primitives.ts'
export { createKey } from './operations/create-key.ts'
export { createKeystore } from './operations/create-keystore.ts'
export { decrypt, encrypt } from './operations/encrypt.ts'
export { exportKey } from './operations/export-key.ts'
export { importKey } from './operations/import-key.ts'
export { computeMac, verifyMac } from './operations/mac.ts'
export { rotateKey } from './operations/rotate-key.ts'
export { sign, verify } from './operations/sign.ts'
export type {
  Clock,
  Collection,
  KeyStorePort,
  LockContext,
  LockPort,
  Ports,
  Random,
  SecretSharePort,
  StoredRecord,
} from './ports/index.ts'
export { SecretBytes } from './secrets/secret-bytes.ts'
