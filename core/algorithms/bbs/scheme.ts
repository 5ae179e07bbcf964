import type { BbsDeriveProofJob, BbsSignJob, BbsVerifyJob, BbsVerifyProofJob } from '../../ports/index.ts'
import type { G2Point } from './curve.ts'

/** A scheme as computations over bytes; the public key is one that was decoded. */
export interface BbsComputation {
  /** How many random bytes a signature takes, or a proof that hides so many messages. */
  randomLength(hidden?: number): number
  sign(job: BbsSignJob, publicKey: G2Point): Uint8Array
  verify(job: BbsVerifyJob, publicKey: G2Point): boolean
  /** Undefined if the signature is not one over these messages. */
  deriveProof(job: BbsDeriveProofJob, publicKey: G2Point): Uint8Array | undefined
  verifyProof(job: BbsVerifyProofJob, publicKey: G2Point): boolean
}
