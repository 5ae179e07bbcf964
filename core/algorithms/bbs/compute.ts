import type { BbsJob, BbsScheme } from '../../ports/index.ts'
import { integerOf, publicKeyOf, readG2 } from './curve.ts'
import type { BbsComputation } from './scheme.ts'
import { bbsPlus2020 } from './scheme-2020.ts'
import { bbsIetfSha256 } from './scheme-ietf.ts'

const schemes: Readonly<Record<BbsScheme, BbsComputation>> = {
  'bbs-plus-2020': bbsPlus2020,
  'bbs-bls12-381-sha-256': bbsIetfSha256,
}

const valid = new Uint8Array(0)

/** A public key, a signature, a proof, or no bytes for what was verified; undefined if that is not valid. */
export function computeBbs(job: BbsJob): Uint8Array | undefined {
  if (job.operation === 'publicKey') return publicKeyOf(integerOf(job.secret))
  const scheme = schemes[job.scheme]
  const publicKey = readG2(job.publicKey)
  if (publicKey === undefined) return undefined
  switch (job.operation) {
    case 'checkPublicKey':
      return valid
    case 'sign':
      return scheme.sign(job, publicKey)
    case 'verify':
      return scheme.verify(job, publicKey) ? valid : undefined
    case 'deriveProof':
      return scheme.deriveProof(job, publicKey)
    case 'verifyProof':
      return scheme.verifyProof(job, publicKey) ? valid : undefined
  }
}

/** How many random bytes a signature of a scheme takes, or a proof that hides so many messages. */
export function bbsRandomLength(scheme: BbsScheme, hidden?: number): number {
  return schemes[scheme].randomLength(hidden)
}
