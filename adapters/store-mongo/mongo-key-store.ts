import { type Collection, type KeyStorePort, KmsError, type StoredRecord } from '@keyhold/core'
import { withDeadline } from '../shared/deadline.ts'
import { InFlight } from '../shared/in-flight.ts'
import type { OutgoingTls } from '../shared/outgoing-tls.ts'
import type { Bound } from './bound.ts'
import { type Collections, prepareCollections } from './collections.ts'
import { isServerError, kmsErrorOf } from './driver-errors.ts'
import { closeDatabase, type Database, openDatabase } from './mongo-client.ts'
import { RecordCollection } from './record-collection.ts'
import { requireTexts, toDocument, toRecord } from './record-document.ts'
import { waitForStart } from './wait-for-start.ts'

export interface MongoOptions extends OutgoingTls {
  /** `mongodb://` or `mongodb+srv://`. Its path names the database, `keyhold` if it has none. */
  readonly url: string
  /** Stands before the name of each collection. */
  readonly prefix?: string
  /** Whether its collections are taken as they are: then opening it changes nothing, and what is not there is empty. */
  readonly existing?: boolean
  /** Milliseconds that a start waits for the database. */
  readonly startTimeout: number
  /** Milliseconds that each call afterwards may take. */
  readonly callTimeout: number
  /** Is told about each second how long the start has been waiting, and for what. */
  readonly onWaiting?: (seconds: number, cause: unknown) => void
}

/** A hundred connections of the driver's pool work them off. */
const mostInFlight = 1000

/**
 * Opens the store in a MongoDB database that any number of processes share: standalone, a replica set or sharded.
 * Every change concerns one document, also where a command is of several, and the server decides the race; no transactions
 * are needed.
 *
 * @throws KmsError STORE_UNAVAILABLE if the database does not answer in time or lets nobody in; STORE_MISMATCH if its
 * collections are another program's
 */
export async function openMongoKeyStore(options: MongoOptions): Promise<KeyStorePort> {
  return waitForStart(options, signal => openOnce(options, signal))
}

/** With a client of its own: one that could not connect at first never will. */
async function openOnce(
  { url, prefix = '', existing = false, callTimeout, ca }: MongoOptions,
  signal: AbortSignal,
): Promise<KeyStorePort> {
  const database = openDatabase(url, prefix, callTimeout, { ca })
  const { db, collections } = database
  try {
    await withDeadline(callTimeout, signal => db.command({ ping: 1 }, { signal }))
    if (!existing) await prepareCollections(db, collections, signal)
    return new MongoKeyStore(database, callTimeout)
  } catch (error) {
    await closeDatabase(database, callTimeout)
    throw error
  }
}

class MongoKeyStore implements KeyStorePort {
  readonly #database: Database
  readonly #collections: Collections
  readonly #callTimeout: number
  readonly #inFlight = new InFlight(mostInFlight)
  readonly #shared = new Map<Collection, RecordCollection>()
  #closed = false

  constructor(database: Database, callTimeout: number) {
    this.#database = database
    this.#collections = database.collections
    this.#callTimeout = callTimeout
  }

  async find(collection: Collection, scope: string, id: string): Promise<StoredRecord | undefined> {
    requireTexts(scope, id)
    const found = await this.#admitted(() => this.#sharedOf(collection).find(scope, id))
    return found && toRecord(found, collection)
  }

  async add(record: StoredRecord): Promise<void> {
    const document = toDocument(record)
    await this.#admitted(() => this.#sharedOf(record.collection).insert(document))
  }

  async replace(record: StoredRecord): Promise<void> {
    const [records, document] = [this.#collections[record.collection], toDocument(record)]
    const { scope, id, revision } = document
    const replaced = { scope, id, revision: revision - 1 }
    const { matchedCount } = await this.#change(bound => records.replaceOne(replaced, document, bound))
    if (matchedCount !== 1) throw conflict()
  }

  async list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    this.#requireOpen()
    requireTexts(scope, after ?? '')
    // To the driver no records mean all of them.
    if (limit < 1) return []
    const filter = after === undefined ? { scope } : { scope, id: { $gt: after } }
    const found = await this.#ask(bound =>
      this.#collections[collection].find(filter, { ...bound, sort: { id: 1 }, limit, batchSize: limit }).toArray(),
    )
    return found.map(document => toRecord(document, collection))
  }

  async remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    requireTexts(scope, firstId)
    const { deletedCount } = await this.#change(bound =>
      this.#collections[collection].deleteOne({ scope, id: firstId, revision }, bound),
    )
    if (deletedCount !== 1) throw conflict()
  }

  async check(): Promise<void> {
    await this.#ask(bound => this.#database.db.command({ ping: 1 }, bound))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    for (const shared of this.#shared.values()) shared.send()
    this.#closed = true
    await closeDatabase(this.#database, this.#callTimeout)
  }

  #requireOpen(): void {
    if (this.#closed) throw new KmsError('STORE_UNAVAILABLE', 'the store is closed')
  }

  #sharedOf(collection: Collection): RecordCollection {
    const known = this.#shared.get(collection)
    if (known !== undefined) return known
    const shared = new RecordCollection(this.#collections[collection], call => this.#call(call))
    this.#shared.set(collection, shared)
    return shared
  }

  /** A change of what is there, which two may want at once. */
  #change<T>(change: (bound: Bound) => Promise<T>): Promise<T> {
    return this.#ask(bound =>
      change(bound).catch(error => {
        throw isServerError(error, 'WriteConflict') ? conflict() : error
      }),
    )
  }

  #ask<T>(call: (bound: Bound) => Promise<T>): Promise<T> {
    return this.#admitted(() => this.#call(call))
  }

  /** Lets no more wait at once than can be worked off. */
  async #admitted<T>(ask: () => Promise<T>): Promise<T> {
    this.#requireOpen()
    return this.#inFlight.run(ask, tooMany)
  }

  async #call<T>(call: (bound: Bound) => Promise<T>): Promise<T> {
    this.#requireOpen()
    try {
      return await withDeadline(this.#callTimeout, signal => call({ signal }))
    } catch (error) {
      throw kmsErrorOf(error)
    }
  }
}

function tooMany(): KmsError {
  return new KmsError('STORE_UNAVAILABLE', 'too many calls of the store are under way')
}

function conflict(): KmsError {
  return new KmsError('CONFLICT', 'the record was changed in between')
}
