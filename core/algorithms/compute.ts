import type { ComputationJob, ComputationPort } from '../ports/index.ts'
import { computeBbs } from './bbs/compute.ts'

/** Where each scheme is computed. */
const computations = {
  'bbs-plus-2020': computeBbs,
  'bbs-bls12-381-sha-256': computeBbs,
} satisfies { [S in ComputationJob['scheme']]: (job: Extract<ComputationJob, { scheme: S }>) => Uint8Array | undefined }

/**
 * What is made, or no bytes for what is verified; undefined if that is not valid. It takes milliseconds to seconds, in
 * which nothing else runs on its thread.
 */
export function compute(job: ComputationJob): Uint8Array | undefined {
  return computations[job.scheme](job)
}

/** Computes at once, where nobody else is held up by it or there is no other thread. */
export const inThisThread: ComputationPort = {
  run: async job => compute(job),
  close: async () => {},
}
