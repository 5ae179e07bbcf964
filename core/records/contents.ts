import type { StoredRecord } from '../ports/index.ts'
import type { Key } from './key.ts'
import type { Keystore } from './keystore.ts'
import type { Revocation } from './revocation.ts'
import type { ServerKey } from './server-key.ts'
import type { Session } from './session.ts'

/** What is made of the content of an authentic record, and of where it stands. */

export function toKeystore(content: unknown, { ids, revision }: StoredRecord): Keystore {
  return { ...(content as Omit<Keystore, 'id' | 'revision'>), id: ids[0], revision }
}

export function toKey(content: unknown, { scope, ids, revision }: StoredRecord): Key {
  return { ...(content as Pick<Key, 'state' | 'versions'>), keystoreId: scope, id: ids[0], revision }
}

export function toRevocation(content: unknown, { scope }: StoredRecord): Revocation {
  return { ...(content as Omit<Revocation, 'keystoreId'>), keystoreId: scope }
}

export function toSession(content: unknown, { scope, ids }: StoredRecord): Session {
  return { ...(content as Omit<Session, 'keystoreId' | 'id'>), keystoreId: scope, id: ids[0] }
}

export function toServerKey(content: unknown, { ids, revision }: StoredRecord): ServerKey {
  return { ...(content as Omit<ServerKey, 'name' | 'revision'>), name: ids[0], revision }
}
