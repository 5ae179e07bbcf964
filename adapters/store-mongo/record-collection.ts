import type { Document } from 'mongodb'
import type { Bound } from './bound.ts'
import type { Collections } from './collections.ts'
import { failuresOf, isCorrupt } from './driver-errors.ts'
import type { RecordDocument } from './record-document.ts'
import { SharedCommands } from './shared-commands.ts'

/** Makes a call of the driver, which ends in time, and fails with a KmsError. */
export type Call = <T>(call: (bound: Bound) => Promise<T>) => Promise<T>

interface Place {
  readonly scope: string
  readonly id: string
}

/** One collection: what is looked for in the same turn of the event loop is found by one command, and so for what is inserted. */
export class RecordCollection {
  readonly #records: Collections[keyof Collections]
  readonly #call: Call
  readonly #finds = new SharedCommands<Place, Document | undefined>(places => this.#findAll(places))
  readonly #inserts = new SharedCommands<RecordDocument, void>(documents => this.#insertAll(documents))

  constructor(records: Collections[keyof Collections], call: Call) {
    this.#records = records
    this.#call = call
  }

  /** The document that has an id among its ids. What is answered may be any document at all: nothing of it was looked at. */
  find(scope: string, id: string): Promise<Document | undefined> {
    return this.#finds.ask({ scope, id })
  }

  /** @throws KmsError ALREADY_EXISTS, STORE_UNAVAILABLE */
  insert(document: RecordDocument): Promise<void> {
    return this.#inserts.ask(document, document.body.length())
  }

  /** Does not wait for what else this turn brings. */
  send(): void {
    this.#finds.send()
    this.#inserts.send()
  }

  /** By one command for each scope, which every filter names: so collections can be sharded by it. */
  #findAll(places: readonly Place[]): Promise<Document | undefined>[] {
    const found = new Map<string, Promise<readonly Document[]>>()
    for (const { scope } of places) {
      if (found.has(scope)) continue
      const ids = places.filter(place => place.scope === scope).map(({ id }) => id)
      found.set(scope, this.#findIn(scope, [...new Set(ids)]))
    }
    return places.map(async ({ scope, id }) => {
      try {
        return documentOf(await found.get(scope), id)
      } catch (error) {
        // One that the driver cannot read takes no other with it.
        if (!isCorrupt(error)) throw error
        return documentOf(await this.#findIn(scope, [id]), id)
      }
    })
  }

  async #findIn(scope: string, ids: readonly string[]): Promise<readonly Document[]> {
    const [first, ...others] = ids
    return this.#call(async bound => {
      if (first !== undefined && others.length === 0) {
        const document = await this.#records.findOne({ scope, ids: first }, bound)
        return document === null ? [] : [document]
      }
      // Of each id there is one at most, so all of them come at once.
      const options = { ...bound, batchSize: ids.length + 1 }
      return this.#records.find({ scope, ids: { $in: [...ids] } }, options).toArray()
    })
  }

  #insertAll(documents: readonly RecordDocument[]): Promise<void>[] {
    const failures = this.#insert(documents)
    return documents.map(async (_document, index) => {
      const failure = (await failures)[index]
      if (failure !== undefined) throw failure
    })
  }

  /** @returns what kept each from being stored; undefined: nothing did */
  async #insert(documents: readonly RecordDocument[]): Promise<readonly (Error | undefined)[]> {
    const [first, ...others] = documents
    return this.#call(async bound => {
      if (first && others.length === 0) {
        await this.#records.insertOne(first, bound)
        return []
      }
      try {
        await this.#records.insertMany(documents, { ...bound, ordered: false })
        return []
      } catch (error) {
        return failuresOf(error, documents.length)
      }
    })
  }
}

/** As the server compares: also a lone id, which no record of ours is stored with. */
function documentOf(documents: readonly Document[] = [], id: string): Document | undefined {
  return documents.find(({ ids }) => ids === id || (Array.isArray(ids) && ids.includes(id)))
}
