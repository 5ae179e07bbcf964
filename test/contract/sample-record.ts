import type { Collection, KeyStorePort, StoredRecord } from '@keyhold/core'
import type { Test } from 'tap'
import { shown } from './hostile-texts.ts'

/** A record for a suite: unlike any other in its body, unless the caller says otherwise. */
export function sampleRecord(...[id, ...otherIds]: readonly [string, ...string[]]): StoredRecord {
  return { collection: 'keys', scope: 'scope', ids: [id, ...otherIds], revision: 1, body: freshBody() }
}

/** The next revision of a record, with a body of its own and possibly more ids. */
export function nextRevision(record: StoredRecord, ...addedIds: string[]): StoredRecord {
  return { ...record, ids: [...record.ids, ...addedIds], revision: record.revision + 1, body: freshBody() }
}

export const collections: readonly Collection[] = [
  'header',
  'server-keys',
  'keystores',
  'keys',
  'revocations',
  'sessions',
  'log',
]

/** A record in a form that compares by value, whichever class of byte array the store answers. */
export function comparable(record: StoredRecord | undefined) {
  if (record === undefined) return undefined
  const { collection, scope, ids, revision, body } = record
  const bytes = body instanceof Uint8Array ? Buffer.from(body).toString('base64') : `not bytes: ${typeof body}`
  return { collection, scope, ids: [...ids], revision, body: bytes }
}

/** Asserts that a store finds a record by one of its ids, and finds it whole. */
export async function finds(t: Test, store: KeyStorePort, record: StoredRecord, id: string): Promise<void> {
  const found = await store.find(record.collection, record.scope, id)
  t.strictSame(comparable(found), comparable(record), `finds ${shown(id)}`)
}

let made = 0

function freshBody(): Uint8Array {
  made += 1
  return Uint8Array.from(Buffer.from(`body ${made}`))
}
