import type { KeyStorePort, LockPort, Ports, StoredRecord } from '../ports/index.ts'
import { openIntegrityKey } from '../records/header.ts'
import { type OnRecords, openBackup, Summing } from './backup.ts'
import { BackupError } from './backup-error.ts'
import type { Summary } from './backup-items.ts'
import { claimTarget, finish } from './claim.ts'
import { copyPage } from './copy.ts'
import { type Page, type Place, pageSize, walk } from './places.ts'

/** A backup that can be read from its beginning as often as needed. */
export type ReadBytes = () => AsyncIterable<Uint8Array>

export interface RestoreReport extends Summary {
  /** Of the records, those that this run has written. */
  readonly copied: number
  /** Whether an earlier run had ended: then this one has compared alone. */
  readonly endedBefore: boolean
}

export interface RestoreProgress {
  readonly phase: 'reading' | 'copying' | 'comparing'
  readonly done: number
  readonly total?: number
}

/** Pages that are written at once. */
const parallel = 8

/** Reads a whole backup. @throws BackupError if anything of it is not as it was written */
export async function verifyBackup(
  lock: LockPort,
  read: ReadBytes,
  onRecords: OnRecords = () => undefined,
): Promise<{ readonly header: StoredRecord; readonly summary: Summary }> {
  const { header, records } = await openBackup(lock, read())
  for (let done = 1; ; done += 1) {
    const { done: isOver, value } = await records.next()
    if (isOver) return { header, summary: value }
    onRecords(done)
  }
}

/**
 * Puts a backup into a store that is empty. Nothing is written before the whole backup was found to be authentic. A run
 * that ended too early is taken up again by the next one, and until everything is there, and is compared with the backup,
 * no service opens the store.
 *
 * @throws BackupError; MoveError if the store is not empty; and the codes of the lock and the store
 */
export async function restoreBackup(
  ports: Pick<Ports, 'store' | 'lock' | 'random'>,
  read: ReadBytes,
  onProgress: (progress: RestoreProgress) => void = () => undefined,
): Promise<RestoreReport> {
  const { store, lock } = ports
  const { header, summary } = await verifyBackup(lock, read, done => onProgress({ phase: 'reading', done }))
  const total = Object.values(summary.records).reduce((sum, count) => sum + count, 0)
  const endedBefore = await claimTarget(store, header)
  const onCopied = (done: number) => onProgress({ phase: 'copying', done, total })
  const copied = endedBefore ? 0 : await copyAll((await openBackup(lock, read())).records, store, onCopied)
  await compare(store, header, summary, done => onProgress({ phase: 'comparing', done, total }))
  if (!endedBefore) await finish(store, header)
  ;(await openIntegrityKey(ports)).wipe()
  return { ...summary, copied, endedBefore }
}

async function copyAll(
  records: AsyncGenerator<StoredRecord, Summary>,
  store: KeyStorePort,
  onRecords: OnRecords,
): Promise<number> {
  let [done, copied] = [0, 0]
  const underWay = new Set<Promise<void>>()
  const behind = new LastIds()
  try {
    for await (const { place, records: page } of paged(records)) {
      const copying = copyPage(store, place, page, behind.next(place, page)).then(count => {
        copied += count
        done += page.length
        onRecords(done)
      })
      const settled = copying.finally(() => underWay.delete(settled))
      settled.catch(() => undefined)
      underWay.add(settled)
      if (underWay.size >= parallel) await Promise.race(underWay)
    }
    await Promise.all(underWay)
    return copied
  } finally {
    // None is written after the caller has been told.
    await Promise.allSettled(underWay)
  }
}

/** Behind which id the next page of a place begins. A page of keystores is followed by what belongs to them. */
class LastIds {
  readonly #ofStore = new Map<string, string | undefined>()
  #scope = ''
  #ofScope = new Map<string, string | undefined>()

  next({ collection, scope }: Place, page: readonly StoredRecord[]): string | undefined {
    if (scope !== '' && scope !== this.#scope) {
      this.#scope = scope
      this.#ofScope = new Map()
    }
    const ids = scope === '' ? this.#ofStore : this.#ofScope
    const before = ids.get(collection)
    ids.set(collection, page.at(-1)?.ids[0])
    return before
  }
}

async function* paged(records: AsyncGenerator<StoredRecord, Summary>): AsyncGenerator<Page> {
  let page: StoredRecord[] = []
  const whole = () => {
    const [first] = page
    return first && { place: { collection: first.collection, scope: first.scope }, records: page }
  }
  for await (const record of records) {
    const [first] = page
    const goesOn = first?.collection === record.collection && first.scope === record.scope && page.length < pageSize
    const before = goesOn ? undefined : whole()
    if (before !== undefined) yield before
    page = goesOn ? [...page, record] : [record]
  }
  const last = whole()
  if (last !== undefined) yield last
}

async function compare(
  store: KeyStorePort,
  header: StoredRecord,
  summary: Summary,
  onRecords: OnRecords,
): Promise<void> {
  const summing = new Summing()
  summing.header(header)
  for await (const { records } of walk(store)) {
    for (const record of records) summing.record(record)
    onRecords(summing.done)
  }
  if (!summing.isSame(summary)) throw new BackupError('the store has not what the backup has: it was used in between')
}
