import type { Collection, KeyStorePort, StoredRecord } from '../ports/index.ts'

/** Where records stand that a list answers together. */
export interface Place {
  readonly collection: Collection
  readonly scope: string
}

/** Records that are asked for at once, and written at once. */
export const pageSize = 50
/** Keystores that are worked on at once. */
const parallel = 8

/** Of the store as a whole: its own keys and log, and the keystores, whose ids are the scopes of everything else. */
export const storePlaces: readonly Place[] = [
  { collection: 'server-keys', scope: '' },
  { collection: 'keystores', scope: '' },
  { collection: 'log', scope: '' },
]

/** Of one keystore: the collections whose scopes are keystores. */
export function keystorePlaces(id: string): readonly Place[] {
  return [
    { collection: 'keys', scope: id },
    { collection: 'revocations', scope: id },
    { collection: 'sessions', scope: id },
    { collection: 'log', scope: id },
  ]
}

/** The records of a place, in the byte order of their first ids. */
export async function* pagesOf(store: KeyStorePort, { collection, scope }: Place): AsyncGenerator<StoredRecord[]> {
  let after: string | undefined
  for (;;) {
    const page = await store.list(collection, scope, pageSize, after)
    if (page.length > 0) yield page
    if (page.length < pageSize) return
    after = page.at(-1)?.ids[0]
  }
}

/** Some records that stand one after the other in a place. */
export interface Page {
  readonly place: Place
  readonly records: readonly StoredRecord[]
}

/**
 * All records of a store in one order, the header aside. Keystores come before what belongs to them and all of both before
 * the server's own keys: in a store that is written to meanwhile nothing is named by what was read that is not there.
 */
export async function* walk(store: KeyStorePort): AsyncGenerator<Page> {
  const keystores = { collection: 'keystores', scope: '' } as const
  for await (const records of pagesOf(store, keystores)) {
    yield { place: keystores, records }
    for (const place of records.flatMap(({ ids: [id] }) => keystorePlaces(id))) yield* pagesAt(store, place)
  }
  for (const place of storePlaces) if (place.collection !== 'keystores') yield* pagesAt(store, place)
}

async function* pagesAt(store: KeyStorePort, place: Place): AsyncGenerator<Page> {
  for await (const records of pagesOf(store, place)) yield { place, records }
}

/** Does something for every place of a store, in which what belongs to a keystore comes after all keystores. */
export async function forEachPlace(store: KeyStorePort, act: (place: Place) => Promise<void>): Promise<void> {
  for (const place of storePlaces) await act(place)
  for await (const keystores of pagesOf(store, { collection: 'keystores', scope: '' })) {
    const places = keystores.flatMap(({ ids: [id] }) => keystorePlaces(id))
    // A worker takes the next place when it is done with one, and none goes on when another has failed.
    const work = async () => {
      for (let place = places.shift(); place !== undefined; place = places.shift()) await act(place)
    }
    const workers = Array.from({ length: parallel }, () =>
      work().catch(error => {
        places.length = 0
        throw error
      }),
    )
    const results = await Promise.allSettled(workers)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}
