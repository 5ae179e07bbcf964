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

  async #findAll(places: readonly Place[]): Promise<(Document | undefined | Error)[]> {
    const [first, ...others] = places
    if (first && others.length === 0) return [await this.#findOne(first)]
    const filter = { $or: places.map(({ scope, id }) => ({ scope, ids: id })) }
    // Of each place there is one at most, so all of them come at once.
    const batchSize = places.length + 1
    try {
      const found = await this.#call(bound => this.#records.find(filter, { ...bound, batchSize }).toArray())
      return places.map(place => found.find(document => stands(document, place)))
    } catch (error) {
      // One that the driver cannot read takes no other with it.
      if (!isCorrupt(error)) throw error
      return Promise.all(places.map(place => this.#findOne(place).catch((alone: Error) => alone)))
    }
  }

  async #findOne({ scope, id }: Place): Promise<Document | undefined> {
    return (await this.#call(bound => this.#records.findOne({ scope, ids: id }, bound))) ?? undefined
  }

  async #insertAll(documents: readonly RecordDocument[]): Promise<(undefined | Error)[]> {
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
function stands({ scope, ids }: Document, place: Place): boolean {
  return scope === place.scope && (ids === place.id || (Array.isArray(ids) && ids.includes(place.id)))
}
