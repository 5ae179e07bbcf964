import { type Caller, invalidRequest, type KeyAddress, type Kms, KmsError, withContentKey } from '@keyhold/core'
import { jsonOfMade, type Made, wipeMade } from '../key-operation.ts'
import type { Plan, Step, Use } from './plan.ts'
import { type Reference, replaceReferences } from './references.ts'

/** Who asks, for each thing that was decided about. */
export type Callers = ReadonlyMap<Use | undefined, Caller>

export interface RunningPlan {
  /** Does one item, and answers what its caller wants of it, as JSON. Items before it must have been done. */
  run(index: number): Promise<string>
  /** Wipes what was kept for items behind. */
  wipe(): void
}

/**
 * Does the steps of a plan. What they make stays here as bytes, for as long as others may be made from it.
 *
 * @param mostBytes so many bytes may be taken from other items by all together: the answer to a small body must not be
 * larger without bounds
 */
export function runPlan(kms: Kms, keystoreId: string, plan: Plan, callers: Callers, mostBytes: number): RunningPlan {
  const kept = new Map<string, Made>()
  let left = mostBytes

  function take({ from, member }: Reference, taken: Uint8Array[]): Uint8Array {
    const bytes = kept.get(from)?.[member]
    if (!(bytes instanceof Uint8Array)) throw new KmsError('FAILED_DEPENDENCY', 'what it is from has not made this')
    left -= bytes.length
    if (left < 0) throw invalidRequest('from: items take more from others than a body may have')
    // Whoever is given bytes may wipe them.
    const copy = Uint8Array.from(bytes)
    taken.push(copy)
    return copy
  }

  async function make({ operation, body, references, contentKey, use }: Step, taken: Uint8Array[]): Promise<Made> {
    const caller = callers.get(use)
    if (caller === undefined) throw new Error('it was not decided whether the caller may do this')
    const read = references.length > 0 ? replaceReferences(body, reference => take(reference, taken)) : body
    const work = operation.read(read)
    const run = async (who: Caller, address: KeyAddress) => work(kms, who, address)
    if (contentKey === undefined) return run(caller, { keystoreId, keyId: use?.keyId ?? '' })
    const { key_type: type } = contentKey
    const action = operation.name as 'encrypt' | 'decrypt'
    return withContentKey(kms, caller, { action, keystoreId, type, bytes: take(contentKey, taken) }, run)
  }

  return {
    async run(index) {
      const step = plan.steps[index] as Step
      const taken: Uint8Array[] = []
      try {
        const made = await make(step, taken)
        if (step.isKept && step.id !== undefined) kept.set(step.id, made)
        const answer = step.isAnswered ? jsonOfMade(made) : '{}'
        if (!step.isKept) wipeMade(made)
        return answer
      } finally {
        for (const bytes of taken) bytes.fill(0)
      }
    },
    wipe() {
      for (const made of kept.values()) wipeMade(made)
    },
  }
}
