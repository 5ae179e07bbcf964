import { createKey, createKeystore, type Kms, type StoredRecord } from '@keyhold/core'

export interface Extent {
  readonly keystores: number
  /** Keys of each keystore. */
  readonly keysEach: number
}

export interface FillOptions extends Extent {
  /** Whoever the keystores belong to. */
  readonly controller: string
  readonly keyType: string
  /** Keys that are made at once: so many share a flush of the store. Default: 256. */
  readonly atOnce?: number
  /** Ends the filling when what is under way is done. What is there then is whole, and the next run goes on from it. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly what: 'looking' | 'keys'
  readonly done: number
  readonly total: number
}

export interface Filled {
  /** Keys that this run has made. */
  readonly made: number
  /** Whether nothing is missing. */
  readonly whole: boolean
}

const pageSize = 500
const local = { kind: 'local' } as const

/**
 * Makes keystores and keys until there are as many as there shall be, each by the operation that the service performs for a
 * request: the same records, locked, bound to their place and authenticated. What an earlier run has made is counted, not
 * made again.
 */
export async function fill(kms: Kms, options: FillOptions): Promise<Filled> {
  const { keysEach, controller, keyType, atOnce = 256, signal, onProgress = () => undefined } = options
  const total = options.keystores * keysEach
  let done = 0
  let made = 0
  /** The keystore of each key that is missing. */
  async function* missing(): AsyncGenerator<string> {
    let keystores = 0
    for await (const keystore of records(kms, 'keystores', '')) {
      if (keystores === options.keystores) return
      keystores += 1
      const there = await count(records(kms, 'keys', keystore.ids[0]), keysEach)
      done += there
      onProgress({ what: 'looking', done, total })
      for (let number = there; number < keysEach; number += 1) yield keystore.ids[0]
    }
    for (; keystores < options.keystores; keystores += 1) {
      const { id } = await createKeystore(kms, local, { controller })
      for (let number = 0; number < keysEach; number += 1) yield id
    }
  }
  const places = missing()
  const work = async () => {
    for (let next = await places.next(); !next.done && !signal?.aborted; next = await places.next()) {
      await createKey(kms, local, { keystoreId: next.value, keyType })
      done += 1
      made += 1
      onProgress({ what: 'keys', done, total })
    }
  }
  // All of them have ended when one has failed: nothing is written after the caller has been told.
  const results = await Promise.allSettled(Array.from({ length: atOnce }, work))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return { made, whole: done === total }
}

/** What is stored in a place, page by page. */
export async function* records(
  { ports: { store } }: Kms,
  collection: 'keystores' | 'keys',
  scope: string,
): AsyncGenerator<StoredRecord> {
  for (let after: string | undefined; ; ) {
    const page = await store.list(collection, scope, pageSize, after)
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)?.ids[0]
  }
}

async function count(items: AsyncIterable<unknown>, most: number): Promise<number> {
  let counted = 0
  for await (const _ of items) {
    if (counted === most) break
    counted += 1
  }
  return counted
}
