import { LRUCache } from 'lru-cache'
import { sha256 } from '../algorithms/sha256.ts'
import { encodeBase64Url } from '../encoding/base64.ts'
import { canonicalBytes } from '../encoding/canonical.ts'
import { KmsError } from '../errors.ts'
import type { CacheLimits } from '../lending-cache.ts'
import type { Clock, Collection, KeyStorePort, StoredRecord, Vault } from '../ports/index.ts'
import { storeCorrupt } from './record-body.ts'

/**
 * A store whose bodies are in a user's vault, and whose base has a pointer in the place of each: `02 ‖ SHA-256 of the
 * body`, and the same of the body before it, once there was one. So the base goes on deciding every race and naming
 * every id, one write to it is the moment at which a change happens, and a vault that loses, swaps, changes or rolls
 * back a document is found out.
 *
 * A document is named after its content and never changed. A change puts the new document into the vault first, and
 * then points to it: a crash between the two leaves a document that nothing points to. The document before is removed
 * after that, or with the next change if it could not be.
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
    if (before === undefined || before.ids[0] !== ids[0] || before.revision !== revision - 1) throw conflict()
    const old = pointerOf(before)
    const { name, pointing } = await this.#put(record, old.current)
    await this.#base.replace(pointing).catch(error => this.#undone(error, name, pointing))
    await this.#forget(nameOf(before, old.current))
    if (old.previous) await this.#forget(nameOf({ ...before, revision: before.revision - 1 }, old.previous))
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
    if (before?.revision === revision) await this.#forget(nameOf(before, pointerOf(before).current))
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
    const kept = this.#documents?.get(name)
    const body = kept ?? (await this.#vault.get(name))
    if (body === undefined) return undefined
    if (Buffer.compare(sha256(body), current) !== 0) throw corrupt('the vault has something else than was put there')
    if (kept === undefined) this.#documents?.set(name, Uint8Array.from(body))
    return { ...pointing, body: Uint8Array.from(body) }
  }

  async #put(
    record: StoredRecord,
    previous: Uint8Array = new Uint8Array(0),
  ): Promise<{ name: string; pointing: StoredRecord }> {
    const { body, ...place } = copyOf(record)
    const current = sha256(body)
    const pointing = { ...place, body: Buffer.concat([Uint8Array.of(pointerVersion), current, previous]) }
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
  async #forget(name: string): Promise<void> {
    this.#documents?.delete(name)
    await this.#vault.remove(name).catch(() => undefined)
  }
}

/** How much is remembered of documents at most, in bytes, and an estimate of what else each of them takes. */
const maximumDocuments = 16 * 1024 * 1024
const fixedSize = 1024

/** Documents that were read from vaults a moment ago, by name: still encrypted, and never changed. */
export type DocumentCache = LRUCache<string, Uint8Array>

/** As long and as many as opened keys: who takes a document out of his vault wants it to be gone. Bounded in bytes too. */
export function documentCache({ max, ttl }: CacheLimits, clock: Clock): DocumentCache | undefined {
  if (max === 0 || ttl === 0) return undefined
  // Never 0: lru-cache takes that for no time at all.
  return new LRUCache<string, Uint8Array>({
    max,
    maxSize: maximumDocuments,
    sizeCalculation: body => body.length + fixedSize,
    ttl,
    ttlResolution: 0,
    perf: { now: () => clock.elapsed() + 1 },
  })
}

function copyOf(record: StoredRecord): StoredRecord {
  return { ...record, ids: [...record.ids], body: Uint8Array.from(record.body) }
}

interface Pointer {
  readonly current: Uint8Array
  readonly previous?: Uint8Array
}

const pointerVersion = 2
const digestLength = 32

function pointerOf({ body }: StoredRecord): Pointer {
  const digests = body.subarray(1)
  const whole = digests.length === digestLength || digests.length === 2 * digestLength
  if (body[0] !== pointerVersion || !whole) throw storeCorrupt()
  const current = digests.subarray(0, digestLength)
  return digests.length === digestLength ? { current } : { current, previous: digests.subarray(digestLength) }
}

/** Says nothing but where a record stands and what it holds, so it is never used for anything else. */
function nameOf({ collection, scope, ids, revision }: Omit<StoredRecord, 'body'>, digest: Uint8Array): string {
  return encodeBase64Url(sha256(canonicalBytes([collection, scope, ids[0], String(revision), digest])))
}

function conflict(): KmsError {
  return new KmsError('CONFLICT', 'the record was changed in between')
}

function corrupt(message: string): KmsError {
  return new KmsError('VAULT_CORRUPT', message)
}
