/** The public face of the core: the operations, the ports that an adapter implements, and what both are made of. */
export { maximumMessages } from './algorithms/bbs/limits.ts'
export { compute, inThisThread } from './algorithms/compute.ts'
export { digest, digestNames } from './algorithms/digest.ts'
export { openSslEd25519 } from './algorithms/ed25519.ts'
export { experimentalKeyTypeNames, keyTypeNames } from './algorithms/index.ts'
export type { SentPublicKey } from './algorithms/key-agreement.ts'
export type { Encrypted } from './algorithms/key-type.ts'
export { publicFormNames } from './algorithms/public-forms.ts'
export { jwkByteMembers, type SecretJwk } from './algorithms/secret-jwk.ts'
export { sha256Base64Url } from './algorithms/sha256.ts'
export { andThen, observed, type Soon } from './at-once.ts'
export { type AuditLog, type AuditOptions, serverLog } from './audit/audit-log.ts'
export type { Fault as LogFault } from './audit/chain-check.ts'
export { exportLog } from './audit/export-log.ts'
export type { DecidedUse, Decision } from './audit/line.ts'
export { type LogReport, type VerifyLogOptions, verifyLog } from './audit/verify-log.ts'
export { readAccessRights, type TokenAction } from './authorization/access-rights.ts'
export { batchAction, type Caller, inBatch, type Trail } from './authorization/caller.ts'
export { UserShare } from './authorization/user-share.ts'
export { type SessionMac, verifySession } from './authorization/verify-session.ts'
export { type ResolveDid, resolveSelfContainedDid, selfContainedDids } from './dids/resolve-did.ts'
export type { VerificationKey } from './dids/verification-key.ts'
export { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from './encoding/base64.ts'
export { canonicalMap } from './encoding/canonical.ts'
export { isoTime } from './encoding/iso-time.ts'
export { isKeptVerbatim } from './encoding/text.ts'
export { forbidden, invalidRequest, KmsError, unauthenticated } from './errors.ts'
export {
  type MessageSignature,
  readMessageSignature,
  type SignedMessage,
  type VerifyMessage,
} from './http-signatures/message-signature.ts'
export { type ParsedSignature, parseSignature } from './http-signatures/signature-header.ts'
export { type SignaturePolicy, signedText, verifySignature } from './http-signatures/verify-signature.ts'
export { contentKeyTypeNames, withContentKey } from './keys/content-key.ts'
export type { RequestedLock } from './keys/keystore-lock.ts'
export { type KeyAddress, resolveOnce } from './keys/resolve-key.ts'
export { type CacheName, type Kms, type KmsOptions, openKms } from './kms.ts'
export { type CacheLimits, LendingCache, type OnLookup } from './lending-cache.ts'
export { AeadLock, lockKeyLength } from './locks/aead-lock.ts'
export { lockClosed, lockRejected, readSealed, type Sealed, sealedHeader } from './locks/sealed.ts'
export { SucceedingLock } from './locks/succeeding-lock.ts'
export { anonymousCredential } from './operations/anonymous-credential.ts'
export { createKey } from './operations/create-key.ts'
export { createKeystore } from './operations/create-keystore.ts'
export { easy, easyOpen, sealOpen } from './operations/crypto-box.ts'
export { decrypt, encrypt } from './operations/encrypt.ts'
export { exportForm, exportKey } from './operations/export-key.ts'
export { importKey } from './operations/import-key.ts'
export { listPublicKeys, type PublicKeys } from './operations/list-public-keys.ts'
export { computeMac, verifyMac } from './operations/mac.ts'
export { describeKeystore, type JwksReaders, updateKeystore } from './operations/manage-keystore.ts'
export { readLog } from './operations/read-log.ts'
export { listRevocations, revokeCapability } from './operations/revoke-capability.ts'
export { rotateKey } from './operations/rotate-key.ts'
export {
  closeSession,
  listSessions,
  type OpenedSession,
  type OpenSessionCommand,
  openSession,
} from './operations/sessions.ts'
export { sign, verify } from './operations/sign.ts'
export { deriveProof, signMulti, verifyMulti, verifyProof } from './operations/sign-multi.ts'
export { type SuccessionOptions, type SuccessionReport, succeedLock } from './operations/succeed-lock.ts'
export { updateVaultCapability, vaultDid } from './operations/vault.ts'
export { unwrap, wrapAnonymously, wrapAuthenticated } from './operations/wrap.ts'
export type { WrapCommand, WrappedKey } from './operations/wrap-commands.ts'
export type {
  AccessRight,
  AccessToken,
  AccessTokenPort,
  BbsScheme,
  Clock,
  Collection,
  ComputationJob,
  ComputationPort,
  Durability,
  Ed25519Port,
  Ed25519Signer,
  Ed25519Verifier,
  KeyStorePort,
  LockContext,
  LockPort,
  Ports,
  SecretSharePort,
  StoredRecord,
  TokenOwner,
  Vault,
  VaultBinding,
  VaultPort,
} from './ports/index.ts'
export { isSealed, sealingLockId } from './records/header.ts'
export type { Succession, SuccessionState } from './records/header-succession.ts'
export type { Keystore } from './records/keystore.ts'
export type { Revocation } from './records/revocation.ts'
export type { Session } from './records/session.ts'
export { SecretBytes } from './secrets/secret-bytes.ts'
export { combineShares, readShare, type ShareField, shareRejected, splitSecret } from './shamir/shares.ts'
export { isShareCheckValue, shareCheckValue, userLockKey } from './shamir/user-lock-key.ts'
export { type OnRecords, sealBackup } from './transfer/backup.ts'
export { BackupError } from './transfer/backup-error.ts'
export type { Summary } from './transfer/backup-items.ts'
export { type MoveReport, moveStore, type Progress } from './transfer/move.ts'
export { MoveError } from './transfer/move-error.ts'
export { type ReadBytes, type RestoreReport, restoreBackup, verifyBackup } from './transfer/restore.ts'
export * from './wire.ts'
export { type ChainPolicy, isKeyOf, isWithin, type NamedKey, type Root, type VerifiedChain } from './zcap/chain.ts'
export { didKeySigner } from './zcap/did-signer.ts'
export type { CcgCapability, Invocation } from './zcap/invocation.ts'
export { hasProofBy as isProvenTrustbloc } from './zcap/trustbloc/verify-proof.ts'
export type { ChainVerification, VerifyCcgChain } from './zcap/verified-chains.ts'
