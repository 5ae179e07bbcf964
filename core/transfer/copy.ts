import { KmsError } from '../errors.ts'
import type { KeyStorePort, StoredRecord } from '../ports/index.ts'
import { differs, isSame } from './compare.ts'
import { forEachPlace, type Place, pagesOf } from './places.ts'

/**
 * Copies the records that the target does not have yet, as they are.
 *
 * @param onDone is told how many records have been seen to
 * @returns how many were copied
 * @throws MoveError if the target has a record of this place and id that differs; and the stores' own KmsErrors
 */
export async function copyRecords(
  from: KeyStorePort,
  to: KeyStorePort,
  onDone: (done: number) => void,
): Promise<number> {
  let [done, copied] = [0, 0]
  await forEachPlace(from, async place => {
    let after: string | undefined
    for await (const page of pagesOf(from, place)) {
      // Added after the wait: other places are copied meanwhile.
      const count = await copyPage(to, place, page, after)
      copied += count
      done += page.length
      onDone(done)
      after = page.at(-1)?.ids[0]
    }
  })
  return copied
}

/** Copies records that stand one after the other in a place, those behind `after`. @returns how many were missing */
export async function copyPage(
  to: KeyStorePort,
  { collection, scope }: Place,
  page: readonly StoredRecord[],
  after: string | undefined,
): Promise<number> {
  // What an earlier run has copied is not written again. Should the list miss any of it, the store refuses to add it.
  const there = new Map((await to.list(collection, scope, page.length, after)).map(record => [record.ids[0], record]))
  const missing = page.filter(record => {
    const found = there.get(record.ids[0])
    if (found !== undefined && !isSame(found, record)) throw differs(record)
    return found === undefined
  })
  // All of them have ended when one has failed: none is written after the caller has been told.
  const results = await Promise.allSettled(missing.map(record => addIfMissing(to, record)))
  const failed = results.find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return missing.length
}

async function addIfMissing(to: KeyStorePort, record: StoredRecord): Promise<void> {
  try {
    await to.add(record)
  } catch (error) {
    if (!isTaken(error)) throw error
    const { collection, scope, ids } = record
    const found = await to.find(collection, scope, ids[0])
    if (found === undefined || !isSame(found, record)) throw differs(record)
  }
}

export function isTaken(error: unknown): boolean {
  return error instanceof KmsError && error.code === 'ALREADY_EXISTS'
}
