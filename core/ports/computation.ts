/** Which of the schemes: BBS+ as wallets knew it in 2020, or the IETF's, with the ciphersuite that is used. */
export type BbsScheme = 'bbs-plus-2020' | 'bbs-bls12-381-sha-256'

interface Job {
  readonly scheme: BbsScheme
  /** 96 bytes: a compressed point of G2. */
  readonly publicKey: Uint8Array
  /** What is signed beside the messages and always known; empty in 2020. */
  readonly header: Uint8Array
}

export interface BbsSignJob extends Job {
  readonly operation: 'sign'
  /** The 32 bytes of the scalar; they stay the caller's. */
  readonly secret: Uint8Array
  readonly messages: readonly Uint8Array[]
  /** `bbsRandomLength` fresh bytes. */
  readonly random: Uint8Array
}

export interface BbsVerifyJob extends Job {
  readonly operation: 'verify'
  readonly signature: Uint8Array
  readonly messages: readonly Uint8Array[]
}

export interface BbsDeriveProofJob extends Job {
  readonly operation: 'deriveProof'
  readonly signature: Uint8Array
  /** All of them. */
  readonly messages: readonly Uint8Array[]
  /** Ascending, each the index of a message, at least one. */
  readonly revealed: readonly number[]
  readonly nonce: Uint8Array
  /** `bbsRandomLength` fresh bytes. */
  readonly random: Uint8Array
}

export interface BbsVerifyProofJob extends Job {
  readonly operation: 'verifyProof'
  readonly proof: Uint8Array
  /** The revealed ones, in the order of their indexes. */
  readonly messages: readonly Uint8Array[]
  /** Their indexes, ascending; a proof of 2020 knows them itself. */
  readonly revealed?: readonly number[]
  readonly nonce: Uint8Array
}

/** Makes the public key of a scalar that is not 0. */
export interface BbsPublicKeyJob {
  readonly scheme: BbsScheme
  readonly operation: 'publicKey'
  /** The 32 bytes of the scalar; they stay the caller's. */
  readonly secret: Uint8Array
}

/** Verifies that bytes are a public key: a compressed point of the group in G2, and not the identity. */
export interface BbsCheckKeyJob {
  readonly scheme: BbsScheme
  readonly operation: 'checkPublicKey'
  readonly publicKey: Uint8Array
}

export type BbsJob =
  | BbsPublicKeyJob
  | BbsCheckKeyJob
  | BbsSignJob
  | BbsVerifyJob
  | BbsDeriveProofJob
  | BbsVerifyProofJob

/** The curves on which OpenSSL takes most of a millisecond or more to multiply a point. */
export type EcScheme = 'P-384' | 'P-521'

/** Makes the public key of a scalar, an uncompressed point; of 0, or of the group's order or more, there is none. */
export interface EcPublicKeyJob {
  readonly scheme: EcScheme
  readonly operation: 'publicKey'
  /** Big-endian, in bytes of the curve's size. */
  readonly secret: Uint8Array
}

/** Makes the secret that two keys share (SP 800-56A section 5.7.1.2), in bytes of the curve's size. */
export interface EcAgreeJob {
  readonly scheme: EcScheme
  readonly operation: 'agree'
  readonly secret: Uint8Array
  /** The point of the scalar. */
  readonly publicKey: Uint8Array
  /** The other's; what is no point of the curve shares nothing. */
  readonly otherPublicKey: Uint8Array
}

export type EcJob = EcPublicKeyJob | EcAgreeJob

/** The schemes whose keys are made of a seed: FIPS 204, 32 bytes, and FIPS 203, 64 bytes. */
export type SeedScheme = 'ml-dsa-65' | 'ml-kem-768'

/** Makes the public key of a seed, or the private key as FIPS 203 and 204 write it down. */
export interface SeedJob {
  readonly scheme: SeedScheme
  readonly operation: 'publicKey' | 'privateKey'
  readonly secret: Uint8Array
}

export interface MlDsaSignJob {
  readonly scheme: 'ml-dsa-65'
  readonly operation: 'sign'
  /** The seed. */
  readonly secret: Uint8Array
  readonly message: Uint8Array
  /** 32 fresh bytes. */
  readonly random: Uint8Array
}

export interface MlDsaVerifyJob {
  readonly scheme: 'ml-dsa-65'
  readonly operation: 'verify'
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  readonly message: Uint8Array
}

/** Makes a ciphertext, and the shared secret behind it. */
export interface MlKemEncapsulateJob {
  readonly scheme: 'ml-kem-768'
  readonly operation: 'encapsulate'
  readonly publicKey: Uint8Array
  /** 32 fresh bytes. */
  readonly random: Uint8Array
}

/** Makes the shared secret: of a ciphertext that was made for another key, one that nobody else has. */
export interface MlKemDecapsulateJob {
  readonly scheme: 'ml-kem-768'
  readonly operation: 'decapsulate'
  /** The seed. */
  readonly secret: Uint8Array
  readonly ciphertext: Uint8Array
}

export type MlDsaJob = (SeedJob & { readonly scheme: 'ml-dsa-65' }) | MlDsaSignJob | MlDsaVerifyJob
export type MlKemJob = (SeedJob & { readonly scheme: 'ml-kem-768' }) | MlKemEncapsulateJob | MlKemDecapsulateJob

/**
 * A computation, in bytes alone, that takes a millisecond to seconds. A job has its secrets in `secret` and `random`, and
 * nowhere else.
 */
export type ComputationJob = EcJob | BbsJob | MlDsaJob | MlKemJob

/**
 * Runs `compute` where it holds up nobody else. What the job holds stays the caller's; copies of its secrets are wiped
 * when it has ended.
 *
 * Codes: OVERLOADED if there is too much to compute to end this in time, for what failed with whoever computed it, and
 * for every call after `close`; and what `compute` throws. Nothing but `KmsError` is thrown.
 */
export interface ComputationPort {
  /**
   * What was made, or no bytes for what was verified; undefined if that is not valid. The caller owns it.
   *
   * @param owner the keystore for which it is computed: what one has asked for much of does not hold up the others
   */
  run(job: ComputationJob, owner?: string): Promise<Uint8Array | undefined>

  /** Ends what is being computed. May be called more than once. */
  close(): Promise<void>
}
