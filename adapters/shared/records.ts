import type { Collection, StoredRecord } from '@keyhold/core'

/** A record that shares no memory with another one. */
export function copyOf({ collection, scope, ids, revision, body }: StoredRecord): StoredRecord {
  const [first, ...others] = ids
  // Not `slice`, which of a Buffer is a view. Small ones come out of Node's pool: memory of its own for each would cost more.
  return { collection, scope, ids: [first, ...others], revision, body: Buffer.from(body) }
}

/** What tells one place of a store from every other: the lengths say where each part ends. */
export function nameOf(collection: Collection, scope: string, id: string): string {
  return `${collection}/${scope.length}/${scope}/${id}`
}
