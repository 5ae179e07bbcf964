import type { Collection, StoredRecord } from '@keyhold/core'

/** A record that shares no memory with another one. */
export function copyOf({ collection, scope, ids, revision, body }: StoredRecord): StoredRecord {
  const [first, ...others] = ids
  // Not `slice`, which of a Buffer is a view. Small ones come out of Node's pool: memory of its own for each would cost more.
  return { collection, scope, ids: [first, ...others], revision, body: Buffer.from(body) }
}

/** What a store lists of some records, each of which is given once: those after an id, in the byte order of their first ids. */
export function listed(records: Iterable<StoredRecord>, limit: number, after?: string): StoredRecord[] {
  const from = after === undefined ? undefined : Buffer.from(after, 'utf8')
  return Array.from(records, record => ({ record, id: Buffer.from(record.ids[0], 'utf8') }))
    .filter(({ id }) => from === undefined || Buffer.compare(id, from) > 0)
    .sort((a, b) => Buffer.compare(a.id, b.id))
    .slice(0, limit)
    .map(({ record }) => copyOf(record))
}

/** What tells one place of a store from every other: the lengths say where each part ends. */
export function nameOf(collection: Collection, scope: string, id: string): string {
  return `${collection}/${scope.length}/${scope}/${id}`
}
