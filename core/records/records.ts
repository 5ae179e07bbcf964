import { sha256Base64Url } from '../algorithms/sha256.ts'
import { andThen, type Soon } from '../at-once.ts'
import type { Collection, Durability, KeyStorePort, StoredRecord } from '../ports/index.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'
import { toKey, toKeystore, toRevocation, toServerKey, toSession } from './contents.ts'
import type { Key } from './key.ts'
import type { Keystore } from './keystore.ts'
import { KnownBodies, type Parse } from './known-bodies.ts'
import type { LogBlock } from './log-block.ts'
import { readBody, storeCorrupt, writeBody } from './record-body.ts'
import type { Revocation } from './revocation.ts'
import type { ServerKey } from './server-key.ts'
import type { Session } from './session.ts'

type Ids = readonly [string, ...string[]]

/**
 * Keystores and keys in a store: what is written is authenticated whole, and what is read is checked before anything
 * looks at it. Absence is `undefined`. Codes are those of the store, and STORE_CORRUPT.
 */
export class Records {
  readonly #store: KeyStorePort
  readonly #integrityKey: SecretBytes
  readonly #bodies: KnownBodies

  constructor(store: KeyStorePort, integrityKey: SecretBytes, bodies = new KnownBodies(integrityKey)) {
    this.#store = store
    this.#integrityKey = integrityKey
    this.#bodies = bodies
  }

  /** The records of another store that the same integrity key authenticates. */
  in(store: KeyStorePort): Records {
    return new Records(store, this.#integrityKey, this.#bodies)
  }

  findKeystore(id: string): Soon<Keystore | undefined> {
    return this.#find('keystores', '', id, toKeystore)
  }

  async addKeystore(keystore: Keystore): Promise<void> {
    await this.#store.add(this.#writtenKeystore(keystore))
  }

  /** Replaces the keystore if nobody else has since it was read. @throws KmsError CONFLICT */
  async replaceKeystore(keystore: Keystore): Promise<void> {
    await this.#store.replace(this.#writtenKeystore(keystore))
  }

  /** Finds a key by the id of any of its versions, or its other one. */
  findKey(keystoreId: string, id: string): Soon<Key | undefined> {
    return this.#find('keys', keystoreId, id, toKey)
  }

  /** At most `limit` keys of a keystore, in the order of their first ids, those after another one if it is given. */
  async listKeys(keystoreId: string, limit: number, after?: string): Promise<Key[]> {
    return this.#list('keys', keystoreId, limit, after, toKey)
  }

  async addKey(key: Key): Promise<void> {
    await this.#store.add(this.#writtenKey(key))
  }

  /** Replaces the key if nobody else has since it was read. @throws KmsError CONFLICT */
  async replaceKey(key: Key): Promise<void> {
    await this.#store.replace(this.#writtenKey(key))
  }

  findRevocation(keystoreId: string, capabilityId: string): Soon<Revocation | undefined> {
    return this.#find('revocations', keystoreId, revocationId(capabilityId), toRevocation)
  }

  async addRevocation({ keystoreId, ...content }: Revocation): Promise<void> {
    const id = revocationId(content.capabilityId)
    await this.#store.add(this.#written('revocations', keystoreId, [id], 1, content))
  }

  /** At most `limit` revocations of a keystore, in no meaningful order, those after another one if it is given. */
  async listRevocations(keystoreId: string, limit: number, after?: string): Promise<Revocation[]> {
    const from = after === undefined ? undefined : revocationId(after)
    return this.#list('revocations', keystoreId, limit, from, toRevocation)
  }

  async removeRevocation({ keystoreId, capabilityId }: Revocation): Promise<void> {
    await this.#store.remove('revocations', keystoreId, revocationId(capabilityId), 1)
  }

  findSession(keystoreId: string, id: string): Soon<Session | undefined> {
    return this.#find('sessions', keystoreId, id, toSession)
  }

  async addSession({ keystoreId, id, ...content }: Session): Promise<void> {
    await this.#store.add(this.#written('sessions', keystoreId, [id], 1, content))
  }

  /** At most `limit` sessions of a keystore, in no meaningful order, those after another one if it is given. */
  async listSessions(keystoreId: string, limit: number, after?: string): Promise<Session[]> {
    return this.#list('sessions', keystoreId, limit, after, toSession)
  }

  async removeSession({ keystoreId, id }: Pick<Session, 'keystoreId' | 'id'>): Promise<void> {
    await this.#store.remove('sessions', keystoreId, id, 1)
  }

  findServerKey(name: string): Soon<ServerKey | undefined> {
    return this.#find('server-keys', '', name, toServerKey)
  }

  async addServerKey(key: ServerKey): Promise<void> {
    await this.#store.add(this.#writtenServerKey(key))
  }

  /** Replaces the key if nobody else has since it was read. @throws KmsError CONFLICT */
  async replaceServerKey(key: ServerKey): Promise<void> {
    await this.#store.replace(this.#writtenServerKey(key))
  }

  #writtenServerKey({ name, revision, ...content }: ServerKey): StoredRecord {
    return this.#written('server-keys', '', [name], revision, content)
  }

  /** Adds entries to the log of a keystore, or to the server's own under the empty id. */
  async addLogBlock(
    keystoreId: string,
    { id, lines }: { readonly id: string; readonly lines: readonly string[] },
    durability: Durability,
  ): Promise<void> {
    await this.#store.add(this.#written('log', keystoreId, [id], 1, lines.join('\n')), durability)
  }

  /** At most `limit` blocks of a log in the order of their ids, those after a text if it is given. */
  async listLogBlocks(keystoreId: string, limit: number, after?: string): Promise<LogBlock[]> {
    const records = await this.#store.list('log', keystoreId, limit, after)
    return records.map(record => ({ id: record.ids[0], lines: this.#linesOf(record, keystoreId) }))
  }

  /** Read without remembering it: a log is long, and nobody asks for it again and again. */
  #linesOf(record: StoredRecord, keystoreId: string): string[] | undefined {
    if (record.collection !== 'log' || record.scope !== keystoreId) return undefined
    try {
      return (readBody(this.#integrityKey, record) as string).split('\n')
    } catch {
      return undefined
    }
  }

  #writtenKeystore({ id, revision, ...content }: Keystore): StoredRecord {
    return this.#written('keystores', '', [id], revision, content)
  }

  #find<T>(collection: Collection, scope: string, id: string, parse: Parse<T>): Soon<T | undefined> {
    const known = this.#bodies.of(collection, scope, id)
    return andThen(this.#store.find(collection, scope, id, known?.record), record => {
      if (record === undefined) return undefined
      // An authentic record that was moved to another place is authentic still, so the place is compared as well.
      const asked = record.collection === collection && record.scope === scope && record.ids.includes(id)
      if (!asked) throw storeCorrupt()
      return this.#bodies.read(record, parse, known)
    })
  }

  async #list<T>(
    collection: Collection,
    scope: string,
    limit: number,
    after: string | undefined,
    parse: Parse<T>,
  ): Promise<T[]> {
    const records = await this.#store.list(collection, scope, limit, after)
    return records.map(record => {
      if (record.collection !== collection || record.scope !== scope) throw storeCorrupt()
      return this.#bodies.read(record, parse)
    })
  }

  #writtenKey({ keystoreId, state, versions, revision }: Key): StoredRecord {
    const ids = versions.flatMap(({ id, thumbprint }) => (thumbprint === undefined ? [id] : [id, thumbprint]))
    return this.#written('keys', keystoreId, ids as [string, ...string[]], revision, { state, versions })
  }

  #written(collection: Collection, scope: string, ids: Ids, revision: number, content: unknown): StoredRecord {
    const place = { collection, scope, ids, revision }
    return { collection, scope, ids, revision, body: writeBody(this.#integrityKey, place, content) }
  }
}

/** Capabilities are named by any IRI: hashed, it is an id like all others. */
function revocationId(capabilityId: string): string {
  return sha256Base64Url(capabilityId)
}
