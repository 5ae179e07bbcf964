import { KmsError } from '../errors.ts'
import { integrityKeyContext } from '../locks/lock-context.ts'
import type { KeyStorePort, LockPort } from '../ports/index.ts'
import { findHeader, type Header, headerRecord, readHeader } from './header.ts'

/** The two locks of a succession. Neither locks or opens for the other. */
export interface Succession {
  readonly lock: LockPort
  readonly former: LockPort
}

/** Whether a succession was begun just now or by an earlier run, or had ended before. */
export type SuccessionState = 'begun' | 'resumed' | 'ended'

/**
 * Makes the new lock the one that seals a store, in one change of its header. From then on no service opens the store
 * but one that knows both.
 *
 * @throws KmsError STORE_MISMATCH if the store was sealed by neither, or by nobody yet, or another succession has not
 * ended; and the codes of the locks: nothing was changed then
 */
export async function beginSuccession(store: KeyStorePort, locks: Succession): Promise<SuccessionState> {
  const { lock, former } = locks
  const header = await requireHeader(store)
  const { changes = 0, former: leaving, ...rest } = header
  if (leaving !== undefined && (header.lock !== lock.id || leaving !== former.id)) throw anotherSuccession(header)
  if (header.lock === lock.id) return leaving === undefined ? 'ended' : 'resumed'
  if (header.lock !== former.id) throw strange(header, former)
  const integrityKey = await lockAnew(header.integrityKey, locks)
  await store.replace(headerRecord({ ...rest, lock: lock.id, integrityKey, former: former.id, changes: changes + 1 }))
  return 'begun'
}

/** Says that nothing is left in the store that the former lock alone opens. */
export async function endSuccession(store: KeyStorePort, { lock }: Succession): Promise<void> {
  const { former, changes = 0, ...header } = await requireHeader(store)
  if (header.lock !== lock.id || former === undefined) return
  await store.replace(headerRecord({ ...header, changes: changes + 1 }))
}

async function lockAnew(locked: Uint8Array, { lock, former }: Succession): Promise<Uint8Array> {
  const key = await former.unlock(locked, integrityKeyContext())
  const anew = await key.spend(bytes => lock.lock(bytes, integrityKeyContext()))
  // A lock that cannot open what it has locked must not seal anything.
  ;(await lock.unlock(anew, integrityKeyContext())).wipe()
  return anew
}

async function requireHeader(store: KeyStorePort): Promise<Header> {
  const record = await findHeader(store)
  if (record === undefined) throw new KmsError('STORE_MISMATCH', 'no service has used the store yet: nothing is sealed')
  return readHeader(record)
}

function strange({ lock }: Header, former: LockPort): KmsError {
  return new KmsError('STORE_MISMATCH', `the store was sealed by the lock ${lock}, the one before is ${former.id}`)
}

function anotherSuccession({ lock, former }: Header): KmsError {
  return new KmsError('STORE_MISMATCH', `the lock ${lock} is taking the place of ${former}, which has not ended`)
}
