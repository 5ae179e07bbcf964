import type { ComputationJob, ComputationPort } from '../ports/index.ts'
import { computeBbs } from './bbs/compute.ts'
import { computeEc } from './ec-compute.ts'
import { computeMlDsa } from './ml-dsa.ts'
import { computeMlKem } from './ml-kem.ts'

/**
 * What is made, or no bytes for what is verified; undefined if that is not valid. It takes a millisecond to seconds, in
 * which nothing else runs on its thread.
 */
export function compute(job: ComputationJob): Uint8Array | undefined {
  switch (job.scheme) {
    case 'P-384':
    case 'P-521':
      return computeEc(job)
    case 'bbs-plus-2020':
    case 'bbs-bls12-381-sha-256':
      return computeBbs(job)
    case 'ml-dsa-65':
      return computeMlDsa(job)
    case 'ml-kem-768':
      return computeMlKem(job)
  }
}

/** Computes at once, where nobody else is held up by it or there is no other thread. */
export const inThisThread: ComputationPort = {
  run: async job => compute(job),
  close: async () => {},
}
