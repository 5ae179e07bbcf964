import { compute, KmsError } from '@keyhold/core'
import type { Answer, Request } from './messages.ts'

/** Computes, and wipes what must not stay in the thread: the private key, and what would give it away. */
export function answer(job: Request): Answer {
  try {
    return { result: compute(job) }
  } catch (error) {
    if (error instanceof KmsError) return { refused: error.code, message: error.message }
    return { failed: error instanceof Error ? error.message : String(error) }
  } finally {
    if ('secret' in job) job.secret.fill(0)
    if ('random' in job) job.random.fill(0)
  }
}
