import { compute, KmsError } from '@keyhold/core'
import type { Answer, Request } from './messages.ts'

/**
 * Computes, and wipes what must not stay in the thread: the private key, and what would give it away. What was made may be
 * a secret, too, and moves to whoever asked: a copy that stayed here would be nobody's to wipe.
 */
export function answer(job: Request): { readonly reply: Answer; readonly own: ArrayBuffer[] } {
  try {
    const made = compute(job)
    if (made === undefined) return { reply: { result: made }, own: [] }
    const result = Uint8Array.from(made)
    made.fill(0)
    return { reply: { result }, own: [result.buffer] }
  } catch (error) {
    if (error instanceof KmsError) return { reply: { refused: error.code, message: error.message }, own: [] }
    return { reply: { failed: error instanceof Error ? error.message : String(error) }, own: [] }
  } finally {
    if ('secret' in job) job.secret.fill(0)
    if ('random' in job) job.random.fill(0)
  }
}
