import { openEmbeddedKeyStore } from '@keyhold/adapters'
import type { KeyStorePort, StoredRecord } from '@keyhold/core'
import type { Test } from 'tap'

/** An embedded store that is closed when the test has ended. */
export async function openStore(t: Test, directory: string): Promise<KeyStorePort> {
  const store = await openEmbeddedKeyStore({ directory })
  t.teardown(() => store.close())
  return store
}

/** A record of the store's, with one body for each revision of its first id. */
export function record(revision: number, ...[id, ...otherIds]: [string, ...string[]]): StoredRecord {
  return {
    collection: 'keys',
    scope: 'scope',
    ids: [id, ...otherIds],
    revision,
    body: Buffer.from(`body ${revision} of ${id}`),
  }
}
