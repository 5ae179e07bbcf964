import { KmsError } from '../errors.ts'
import type { KeyStorePort, StoredRecord } from '../ports/index.ts'
import { findHeader, isMoveMarker, moveMarkerFor, readHeader } from '../records/header.ts'
import { isSame, named } from './compare.ts'
import { isTaken } from './copy.ts'
import { MoveError } from './move-error.ts'
import { storePlaces } from './places.ts'

/** The header of a store that can be moved. @throws MoveError */
export async function sourceHeader(from: KeyStorePort): Promise<StoredRecord> {
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
export async function claimTarget(to: KeyStorePort, header: StoredRecord): Promise<boolean> {
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

/** The header takes the marker's place: from now on the target is a store like the source. */
export async function finish(to: KeyStorePort, header: StoredRecord): Promise<void> {
  try {
    await to.replace(header)
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== 'CONFLICT') throw error
    // Another run of the same move may have been faster.
    const found = await findHeader(to)
    if (found === undefined || !isSame(found, header)) throw new MoveError('the target was changed in between')
  }
}
