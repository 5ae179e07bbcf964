import type { ComputationPort } from './computation.ts'
import type { Ed25519Port } from './ed25519.ts'
import type { KeyStorePort } from './key-store.ts'
import type { LockPort } from './lock.ts'
import type { SecretSharePort } from './secret-share.ts'
import type { VaultPort } from './vault.ts'

export type { AccessRight, AccessToken, AccessTokenPort, PublicJwk, TokenOwner } from './access-token.ts'
export type {
  BbsDeriveProofJob,
  BbsJob,
  BbsScheme,
  BbsSignJob,
  BbsVerifyJob,
  BbsVerifyProofJob,
  ComputationJob,
  ComputationPort,
  EcJob,
  EcScheme,
  MlDsaJob,
  MlKemJob,
  SeedScheme,
} from './computation.ts'
export type { Ed25519Port, Ed25519Signer, Ed25519Verifier } from './ed25519.ts'
export type { Collection, Durability, KeyStorePort, StoredRecord } from './key-store.ts'
export type { LockContext, LockPort } from './lock.ts'
export type { SecretSharePort } from './secret-share.ts'
export type { Vault, VaultBinding, VaultPort } from './vault.ts'

/** Answers `length` fresh bytes, unpredictable to anyone else. The caller owns them. */
export type Random = (length: number) => Uint8Array

export interface Clock {
  /** Unix time in milliseconds, for what is recorded. */
  now(): number
  /** Milliseconds since some fixed moment, never running backwards, for what expires in memory. */
  elapsed(): number
}

/** Everything the core needs from outside itself. */
export interface Ports {
  readonly store: KeyStorePort
  /** The server lock: what opens every keystore's lock. */
  readonly lock: LockPort
  readonly random: Random
  readonly clock: Clock
  /** Who holds the other shares of users' secrets; without it no keystore's lock is shared with its user. */
  readonly shares?: SecretSharePort
  /** Opens users' vaults; without it all keys live in the store. */
  readonly vaults?: VaultPort
  /** Computes what would hold up every other request; without it that is computed where the request is. */
  readonly computation?: ComputationPort
  /** Makes and verifies Ed25519 signatures; without it OpenSSL does. */
  readonly ed25519?: Ed25519Port
}
