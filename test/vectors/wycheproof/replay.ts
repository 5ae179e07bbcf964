import type { ImportedKeys } from './imported-keys.ts'
import type { VectorCase } from './vector-file.ts'

/** A case, ready to be asked of the service. */
export interface ReplayableCase {
  readonly vector: VectorCase
  /** Why the API cannot express this case. It is asked all the same, as nearly as can be, and must be refused. */
  readonly inexpressible?: string | undefined
  /** Resolves whether the service accepted it. @throws Error for anything but an acceptance or the due refusal */
  readonly accepted: () => Promise<boolean>
}

/** Makes the cases of a vector file, over the keys of one keystore. */
export type CasesOf<Group = never> = (groups: readonly Group[], keys: ImportedKeys) => ReplayableCase[]

export interface Replay {
  readonly accepted: number
  readonly refused: number
  /** How many cases could not be expressed, by reason. */
  readonly inexpressible: ReadonlyMap<string, number>
  /** A line for each case that was not answered as it should have been. */
  readonly wrong: readonly string[]
}

/** How many requests are under way at once. */
const inFlight = 16

export async function replay(cases: readonly ReplayableCase[]): Promise<Replay> {
  const counts = { accepted: 0, refused: 0 }
  const inexpressible = new Map<string, number>()
  const wrong: string[] = []

  const ask = async ({ vector, inexpressible: reason, accepted }: ReplayableCase) => {
    const verdict = await accepted().then(
      yes => (yes ? 'accepted' : 'refused'),
      (error: Error) => error,
    )
    if (reason !== undefined) inexpressible.set(reason, (inexpressible.get(reason) ?? 0) + 1)
    else if (!(verdict instanceof Error)) counts[verdict] += 1
    if (!fits(verdict, reason === undefined ? vector.result : 'invalid')) {
      wrong.push(`case ${vector.tcId} (${vector.comment}) is ${reason ?? vector.result}: ${verdict}`)
    }
  }

  // The workers share one iterator.
  const queue = cases.values()
  const work = async () => {
    for (const each of queue) await ask(each)
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  return { ...counts, inexpressible, wrong }
}

function fits(verdict: 'accepted' | 'refused' | Error, result: VectorCase['result']): boolean {
  if (verdict instanceof Error) return false
  return result === 'acceptable' || verdict === (result === 'valid' ? 'accepted' : 'refused')
}
