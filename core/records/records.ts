import type { Collection, KeyStorePort, StoredRecord } from '../ports/index.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'
import type { Key } from './key.ts'
import type { Keystore } from './keystore.ts'
import { readBody, storeCorrupt, writeBody } from './record-body.ts'

type Ids = readonly [string, ...string[]]

/**
 * Keystores and keys in a store: what is written is authenticated whole, and what is read is checked before anything
 * looks at it. Absence is `undefined`. Codes are those of the store, and STORE_CORRUPT.
 */
export class Records {
  readonly #store: KeyStorePort
  readonly #integrityKey: SecretBytes

  constructor(store: KeyStorePort, integrityKey: SecretBytes) {
    this.#store = store
    this.#integrityKey = integrityKey
  }

  async findKeystore(id: string): Promise<Keystore | undefined> {
    const record = await this.#find('keystores', '', id)
    if (record === undefined) return undefined
    const content = this.#read(record) as Omit<Keystore, 'id' | 'revision'>
    return { ...content, id: record.ids[0], revision: record.revision }
  }

  async addKeystore({ id, revision, ...content }: Keystore): Promise<void> {
    await this.#store.add(this.#written('keystores', '', [id], revision, content))
  }

  /** Finds a key by the id of any of its versions. */
  async findKey(keystoreId: string, id: string): Promise<Key | undefined> {
    const record = await this.#find('keys', keystoreId, id)
    if (record === undefined) return undefined
    const content = this.#read(record) as Pick<Key, 'state' | 'versions'>
    return { ...content, keystoreId, id: record.ids[0], revision: record.revision }
  }

  async addKey(key: Key): Promise<void> {
    await this.#store.add(this.#writtenKey(key))
  }

  /** Replaces the key if nobody else has since it was read. @throws KmsError CONFLICT */
  async replaceKey(key: Key): Promise<void> {
    await this.#store.replace(this.#writtenKey(key))
  }

  async #find(collection: Collection, scope: string, id: string): Promise<StoredRecord | undefined> {
    const record = await this.#store.find(collection, scope, id)
    if (record === undefined) return undefined
    // An authentic record that was moved to another place is authentic still, so the place is compared as well.
    const asked = record.collection === collection && record.scope === scope && record.ids.includes(id)
    if (!asked) throw storeCorrupt()
    return record
  }

  #read(record: StoredRecord): unknown {
    return readBody(this.#integrityKey, record)
  }

  #writtenKey({ keystoreId, state, versions, revision }: Key): StoredRecord {
    const ids = versions.map(version => version.id) as [string, ...string[]]
    return this.#written('keys', keystoreId, ids, revision, { state, versions })
  }

  #written(collection: Collection, scope: string, ids: Ids, revision: number, content: unknown): StoredRecord {
    const place = { collection, scope, ids, revision }
    return { ...place, body: writeBody(this.#integrityKey, place, content) }
  }
}
