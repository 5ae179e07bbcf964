import type { Soon } from '../at-once.ts'
import { KmsError } from '../errors.ts'
import { SucceedingLock } from '../locks/succeeding-lock.ts'
import type { Collection, KeyStorePort, Ports } from '../ports/index.ts'
import { openIntegrityKey } from '../records/header.ts'
import { beginSuccession, endSuccession, type Succession, type SuccessionState } from '../records/header-succession.ts'
import { Records } from '../records/records.ts'
import { resealKeystore, resealServerKey } from './reseal.ts'

export interface SuccessionOptions {
  /** Resolves when nothing is under way any more that a service began to lock before this was called. */
  readonly settle: () => Promise<void>
  /** Is told how many records have been seen to, in each pass from 0 again, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface SuccessionReport {
  readonly state: SuccessionState
  /** All records that a server lock seals something of, or may. */
  readonly records: number
  /** Of them, those that this run has sealed anew. */
  readonly resealed: number
  /** `keystores: ID`: what neither lock opens, and is left as it is. The succession does not end while there is any. */
  readonly unopened: readonly string[]
}

/** Records that are listed at once, and worked on at once. */
const pageSize = 48
const parallel = 8

/**
 * Seals everything anew that the server lock seals: the lock keys of keystores, their keys for vaults, and the server's
 * own keys. What those lock stays as it is, so whatever services have open stays good.
 *
 * Services that know both locks go on all the time: each record is sealed by one or the other, changes in one step, and
 * says by which. A run that was ended too early is taken up by the next one. It has ended when a whole pass has found
 * nothing to do.
 *
 * @throws KmsError STORE_MISMATCH, and the codes of the locks and the store
 */
export async function succeedLock(
  ports: Pick<Ports, 'store' | 'random'>,
  locks: Succession,
  { settle, onProgress = () => undefined }: SuccessionOptions,
): Promise<SuccessionReport> {
  const { store } = ports
  const state = await beginSuccession(store, locks)
  if (state !== 'ended') await settle()
  const both = new SucceedingLock(locks.lock, locks.former, async () => locks.lock.id)
  const integrityKey = await openIntegrityKey({ ...ports, lock: both })
  return integrityKey.spend(async () => {
    const kinds = sealedKinds(new Records(store, integrityKey), locks)
    const total = await count(kinds, store)
    let resealed = 0
    for (;;) {
      const pass = await resealAll(kinds, store, done => onProgress(done, total))
      resealed += pass.resealed
      if (pass.resealed > 0) continue
      if (pass.unopened.length === 0) await endSuccession(store, locks)
      return { state, records: pass.records, resealed, unopened: pass.unopened }
    }
  })
}

/** A collection of records of which the server lock seals a part. */
interface SealedKind {
  readonly collection: Collection
  /** Seals one anew. @returns whether there was anything to do */
  readonly reseal: (id: string) => Promise<boolean>
}

function sealedKinds(records: Records, locks: Succession): readonly SealedKind[] {
  return [
    {
      collection: 'server-keys',
      reseal: id =>
        resealRecord(
          () => records.findServerKey(id),
          key => resealServerKey(key, locks),
          key => records.replaceServerKey(key),
        ),
    },
    {
      collection: 'keystores',
      reseal: id =>
        resealRecord(
          () => records.findKeystore(id),
          keystore => resealKeystore(keystore, locks),
          keystore => records.replaceKeystore(keystore),
        ),
    },
  ]
}

/** Begins again when a service has changed the record meanwhile. */
async function resealRecord<T>(
  find: () => Soon<T | undefined>,
  reseal: (record: T) => Promise<T>,
  replace: (record: T) => Promise<void>,
): Promise<boolean> {
  for (;;) {
    const record = await find()
    const anew = record && (await reseal(record))
    if (anew === undefined || anew === record) return false
    try {
      await replace(anew)
      return true
    } catch (error) {
      if (!isCode(error, 'CONFLICT')) throw error
    }
  }
}

interface Pass {
  readonly records: number
  readonly resealed: number
  readonly unopened: readonly string[]
}

async function resealAll(
  kinds: readonly SealedKind[],
  store: KeyStorePort,
  onDone: (done: number) => void,
): Promise<Pass> {
  let [records, resealed] = [0, 0]
  const unopened: string[] = []
  for (const { collection, reseal } of kinds) {
    const one = async (id: string) => {
      try {
        if (await reseal(id)) resealed += 1
      } catch (error) {
        if (!isCode(error, 'LOCK_REJECTED', 'STORE_CORRUPT')) throw error
        unopened.push(`${collection}: ${id}`)
      }
      records += 1
      onDone(records)
    }
    for await (const ids of pagesOf(store, collection)) await inParallel(ids, one)
  }
  return { records, resealed, unopened }
}

async function count(kinds: readonly SealedKind[], store: KeyStorePort): Promise<number> {
  let sum = 0
  for (const { collection } of kinds) for await (const ids of pagesOf(store, collection)) sum += ids.length
  return sum
}

async function* pagesOf(store: KeyStorePort, collection: Collection): AsyncGenerator<string[]> {
  for (let after: string | undefined; ; ) {
    const ids = (await store.list(collection, '', pageSize, after)).map(record => record.ids[0])
    if (ids.length > 0) yield ids
    if (ids.length < pageSize) return
    after = ids.at(-1)
  }
}

/** All of those that were begun have ended when one has failed. */
async function inParallel(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
  for (let from = 0; from < ids.length; from += parallel) {
    const results = await Promise.allSettled(ids.slice(from, from + parallel).map(work))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof KmsError && codes.includes(error.code)
}
