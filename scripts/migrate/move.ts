import { type KeyStorePort, KmsError, type StoredRecord } from '@keyhold/core'
import { findHeader, isMoveMarker, moveMarkerFor, readHeader } from '@keyhold/core/records/header.js'
import { comparePlace, isSame, named } from './compare.ts'
import { copyRecords, isTaken } from './copy.ts'
import { MoveError } from './move-error.ts'
import { forEachPlace, pagesOf, storePlaces } from './places.ts'

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

async function sourceHeader(from: KeyStorePort): Promise<StoredRecord> {
  const header = await findHeader(from)
  if (header === undefined) throw new MoveError('there is nothing to move: no service has used the source')
  if (isMoveMarker(header)) throw new MoveError('the source is itself the target of a move that has not ended')
  requireReadable(header)
  return header
}

function requireReadable(header: StoredRecord): void {
  try {
    readHeader(header)
  } catch (cause) {
    throw new MoveError('the header of the source cannot be read', { cause })
  }
}

/** Puts the marker into a target that is empty. @returns whether a move from this source has already ended there */
async function claimTarget(to: KeyStorePort, header: StoredRecord): Promise<boolean> {
  const found = await findHeader(to)
  if (found !== undefined) return requireOurs(found, header)
  for (const { collection, scope } of storePlaces) {
    const [record] = await to.list(collection, scope, 1)
    if (record !== undefined) throw new MoveError(`the target is not empty (${named(record)})`)
  }
  try {
    await to.add(moveMarkerFor(header))
    return false
  } catch (error) {
    const other = isTaken(error) ? await findHeader(to) : undefined
    if (other === undefined) throw error
    return requireOurs(other, header)
  }
}

function requireOurs(found: StoredRecord, header: StoredRecord): boolean {
  if (isMoveMarker(found)) return false
  if (isSame(found, header)) return true
  throw new MoveError('the target is the store of another service: choose one that is empty')
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

/** The header takes the marker's place: from now on the target is a store like the source. */
async function finish(to: KeyStorePort, header: StoredRecord): Promise<void> {
  try {
    await to.replace(header)
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== 'CONFLICT') throw error
    // Another run of the same move may have been faster.
    const found = await findHeader(to)
    if (found === undefined || !isSame(found, header)) throw new MoveError('the target was changed in between')
  }
}
