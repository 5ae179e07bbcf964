import type { KeyStorePort } from '../ports/index.ts'
import { claimTarget, finish, sourceHeader } from './claim.ts'
import { comparePlace } from './compare.ts'
import { copyRecords } from './copy.ts'
import { forEachPlace, pagesOf } from './places.ts'

export type Phase = 'counting' | 'copying' | 'comparing'

export interface Progress {
  readonly phase: Phase
  readonly done: number
  /** Absent while they are counted. */
  readonly total?: number
}

export type OnProgress = (progress: Progress) => void

export interface MoveReport {
  /** Records of each collection that both stores have now. */
  readonly records: Readonly<Record<string, number>>
  /** Of them, those that this run has written. */
  readonly copied: number
  /** Whether an earlier run had ended the move: then this one has compared alone. */
  readonly endedBefore: boolean
}

/**
 * Moves all records from one store into another, as they are, and compares both afterwards. A run that ended too early
 * is taken up again by the next one. Until everything is there and equal, no service opens the target. The source is
 * left as it is: whoever still writes to it makes the comparison fail.
 *
 * @throws MoveError, and the stores' own KmsErrors
 */
export async function moveStore(
  from: KeyStorePort,
  to: KeyStorePort,
  onProgress: OnProgress = () => undefined,
): Promise<MoveReport> {
  const header = await sourceHeader(from)
  const endedBefore = await claimTarget(to, header)
  const total = await count(from, onProgress)
  const copied = endedBefore ? 0 : await copyRecords(from, to, done => onProgress({ phase: 'copying', done, total }))
  const records = await compare(from, to, done => onProgress({ phase: 'comparing', done, total }))
  if (!endedBefore) await finish(to, header)
  return { records, copied, endedBefore }
}

async function count(from: KeyStorePort, onProgress: OnProgress): Promise<number> {
  let done = 0
  await forEachPlace(from, async place => {
    for await (const page of pagesOf(from, place)) {
      done += page.length
      onProgress({ phase: 'counting', done })
    }
  })
  return done
}

async function compare(from: KeyStorePort, to: KeyStorePort, onDone: (done: number) => void) {
  const records: Record<string, number> = {}
  let done = 0
  await forEachPlace(from, place =>
    comparePlace(from, to, place, ({ collection }) => {
      records[collection] = (records[collection] ?? 0) + 1
      done += 1
      onDone(done)
    }),
  )
  return records
}
