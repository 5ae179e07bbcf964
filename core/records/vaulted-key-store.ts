import { sha256, sha256Base64Url } from '../algorithms/sha256.ts'
import { canonicalBytes } from '../encoding/canonical.ts'
import { KmsError } from '../errors.ts'
import type { Collection, KeyStorePort, StoredRecord, Vault } from '../ports/index.ts'
import type { DocumentCache } from './document-cache.ts'
import { storeCorrupt } from './record-body.ts'

/**
 * A store whose bodies are in a user's vault, and whose base has a pointer in the place of each: `02 ‖ SHA-256 of the
 * body`, and the same of the two bodies before it, once there were such. So the base goes on deciding every race and naming
 * every id, one write to it is the moment at which a change happens, and a vault that loses, swaps, changes or rolls
 * back a document is found out.
 *
 * A document is named after its content and never changed. A change puts the new document into the vault first, and
 * then points to it: a crash between the two leaves a document that nothing points to. The document before stays until
 * the next change: who has read the pointer to it a moment ago still follows it. What cannot be removed then is removed
 * with the change after that.
 *
 * Codes, beside those of the base: VAULT_UNAVAILABLE, VAULT_REFUSED, VAULT_CORRUPT.
 */
export class VaultedKeyStore implements KeyStorePort {
  readonly #base: KeyStorePort
  readonly #vault: Vault
  readonly #documents: DocumentCache | undefined

  /** The base and the vault stay their owners' to close. */
  constructor(base: KeyStorePort, vault: Vault, documents?: DocumentCache) {
    this.#base = base
    this.#vault = vault
    this.#documents = documents
  }

  async find(collection: Collection, scope: string, id: string): Promise<StoredRecord | undefined> {
    let pointing = await this.#base.find(collection, scope, id)
    while (pointing !== undefined) {
      const found = await this.#followed(pointing)
      if (found !== undefined) return found
      // Whoever has changed the record meanwhile has removed its document.
      const now = await this.#base.find(collection, scope, id)
      if (now?.revision === pointing.revision) throw corrupt('the vault does not have what was put there')
      pointing = now
    }
    return undefined
  }

  async add(record: StoredRecord): Promise<void> {
    const { name, pointing } = await this.#put(record)
    await this.#base.add(pointing).catch(error => this.#undone(error, name, pointing))
  }

  async replace(given: StoredRecord): Promise<void> {
    // The record is the caller's: what will be written is taken now.
    const record = copyOf(given)
    const { collection, scope, ids, revision } = record
    const before = await this.#base.find(collection, scope, ids[0])
    // Only the base decides. What it has answered here may be a moment old.
    const replaced = before?.ids[0] === ids[0] && before.revision === revision - 1 ? before : undefined
    const { name, pointing } = await this.#put(record, replaced && pointerOf(replaced))
    await this.#base.replace(pointing).catch(error => this.#undone(error, name, pointing))
    if (replaced) await this.#forget(...previousNames(replaced))
  }

  async list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    const pointing = await this.#base.list(collection, scope, limit, after)
    const found = await Promise.all(
      pointing.map(async record => (await this.#followed(record)) ?? this.find(collection, scope, record.ids[0])),
    )
    return found.filter(record => record !== undefined)
  }

  async remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    const before = await this.#base.find(collection, scope, firstId)
    await this.#base.remove(collection, scope, firstId, revision)
    if (before?.revision !== revision) return
    await this.#forget(nameOf(before, pointerOf(before).current), ...previousNames(before))
  }

  async check(): Promise<void> {
    await this.#base.check()
  }

  async close(): Promise<void> {
    await this.#base.close()
  }

  /** The record that a pointer leads to; undefined if the vault does not have it. */
  async #followed(pointing: StoredRecord): Promise<StoredRecord | undefined> {
    const { current } = pointerOf(pointing)
    const name = nameOf(pointing, current)
    const read = async () => {
      const body = await this.#vault.get(name)
      const changed = body !== undefined && Buffer.compare(sha256(body), current) !== 0
      if (changed) throw corrupt('the vault has something else than was put there')
      return body
    }
    const body = await (this.#documents?.find(name, read) ?? read())
    if (body === undefined) return undefined
    return { ...pointing, body: Uint8Array.from(body) }
  }

  async #put(record: StoredRecord, replaced?: Pointer): Promise<{ name: string; pointing: StoredRecord }> {
    const { body, ...place } = copyOf(record)
    const current = sha256(body)
    const previous = replaced ? [replaced.current, ...replaced.previous].slice(0, mostPrevious) : []
    const pointing = { ...place, body: Buffer.concat([Uint8Array.of(pointerVersion), current, ...previous]) }
    const name = nameOf(pointing, current)
    await this.#vault.put(name, body)
    return { name, pointing }
  }

  /** Takes a document back if it is certain that nothing points to it: the change was refused, and not made before. */
  async #undone(error: unknown, name: string, place: StoredRecord): Promise<never> {
    const refused = error instanceof KmsError && (error.code === 'ALREADY_EXISTS' || error.code === 'CONFLICT')
    // What the base has answered stands, also if it cannot be asked any more.
    if (refused && !(await this.#pointsTo(name, place).catch(() => true))) await this.#forget(name)
    throw error
  }

  async #pointsTo(name: string, { collection, scope, ids }: StoredRecord): Promise<boolean> {
    const stored = await this.#base.find(collection, scope, ids[0])
    return stored !== undefined && nameOf(stored, pointerOf(stored).current) === name
  }

  /** A document too many does no harm, so whether the vault removes it decides nothing. */
  async #forget(...names: string[]): Promise<void> {
    for (const name of names) this.#documents?.forget(name)
    await Promise.allSettled(names.map(name => this.#vault.remove(name)))
  }
}

function copyOf(record: StoredRecord): StoredRecord {
  return { ...record, ids: [...record.ids], body: Uint8Array.from(record.body) }
}

interface Pointer {
  readonly current: Uint8Array
  /** Of the revisions before, the newest first. */
  readonly previous: readonly Uint8Array[]
}

const pointerVersion = 2
const digestLength = 32
const mostPrevious = 2

function pointerOf({ body }: StoredRecord): Pointer {
  const [version, count] = [body[0], (body.length - 1) / digestLength]
  if (version !== pointerVersion || !Number.isInteger(count) || count < 1 || count > 1 + mostPrevious)
    throw storeCorrupt()
  const digestAt = (index: number) => body.subarray(1 + index * digestLength, 1 + (index + 1) * digestLength)
  const [current, ...previous] = Array.from({ length: count }, (_, index) => digestAt(index))
  if (current === undefined) throw storeCorrupt()
  return { current, previous }
}

/** The names of the documents of the revisions before, as far as the pointer knows them. */
function previousNames(pointing: StoredRecord): string[] {
  return pointerOf(pointing).previous.map((digest, index) =>
    nameOf({ ...pointing, revision: pointing.revision - 1 - index }, digest),
  )
}

/** Says nothing but where a record stands and what it holds, so it is never used for anything else. */
function nameOf({ collection, scope, ids, revision }: Omit<StoredRecord, 'body'>, digest: Uint8Array): string {
  return sha256Base64Url(canonicalBytes([collection, scope, ids[0], String(revision), digest]))
}

function corrupt(message: string): KmsError {
  return new KmsError('VAULT_CORRUPT', message)
}
