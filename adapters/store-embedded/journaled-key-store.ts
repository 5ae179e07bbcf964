import {
  type Collection,
  type Durability,
  type KeyStorePort,
  KmsError,
  type Soon,
  type StoredRecord,
} from '@keyhold/core'
import { copyOf, listed } from '../shared/records.ts'
import { Journal, type Move } from './journal.ts'

/** Milliseconds between two looks at what processes that have ended left behind. */
const sweepInterval = 60_000

/** A store that takes records of logs out of journals. */
export interface LogKeyStore extends KeyStorePort {
  /** Writes records that may be there already, and are the same then. */
  readonly writeAll: Move
}

export interface JournaledOptions {
  readonly directory: string
  /** Whether nothing is changed that nobody asks for. */
  readonly untouched?: boolean
  /** What was in the journals at the moment as of which the store is read. Default: it is read as it is now. */
  readonly written?: readonly StoredRecord[]
}

/**
 * A store whose logs have journals in front of them (`Journal`): what need not be flushed before it is acknowledged waits
 * there for a moment. A list of a log is made of both, so nobody sees where a record stands.
 */
export class JournaledKeyStore implements KeyStorePort {
  readonly #store: KeyStorePort
  readonly #journal: Journal
  readonly #written: readonly StoredRecord[] | undefined
  readonly #sweep: NodeJS.Timeout | undefined

  constructor(store: LogKeyStore, { directory, untouched, written }: JournaledOptions) {
    this.#store = store
    this.#written = written
    this.#journal = new Journal(directory, records => store.writeAll(records))
    if (untouched) return
    this.#sweep = setInterval(() => this.recover(), sweepInterval).unref()
  }

  /** Moves what was left behind. If it cannot be, it stays where it is for now, and is read there. */
  async recover(): Promise<void> {
    await this.#journal.recover().catch(() => undefined)
  }

  find(collection: Collection, scope: string, id: string, known?: StoredRecord): Soon<StoredRecord | undefined> {
    return collection === 'log' ? this.#findInLog(scope, id) : this.#store.find(collection, scope, id, known)
  }

  async add(record: StoredRecord, durability: Durability = 'flushed'): Promise<void> {
    if (record.collection !== 'log') return this.#store.add(record)
    if (durability === 'written') return this.#write(copyOf(record))
    // Its failure is that of what was appended, which goes on being moved; of this record it says nothing.
    this.#journal.moveAll().catch(() => undefined)
    await this.#store.add(record)
  }

  replace(record: StoredRecord): Promise<void> {
    return this.#store.replace(record)
  }

  async list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    // What is in no journal any more is in the store by then.
    const written = collection === 'log' ? await this.#read(scope) : []
    const stored = await this.#store.list(collection, scope, limit, after)
    if (written.length === 0) return stored
    const each = new Map([...written, ...stored].map(record => [record.ids[0], record]))
    return listed(each.values(), limit, after)
  }

  remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    return this.#store.remove(collection, scope, firstId, revision)
  }

  async check(): Promise<void> {
    await guarded(async () => this.#journal.check())
    await this.#store.check()
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    // Begun before the store is closed, which finishes what it was asked for.
    const moved = this.#journal.close()
    await this.#store.close()
    await moved
  }

  async #write(record: StoredRecord): Promise<void> {
    const { scope, ids } = record
    for (const id of ids) {
      // Asked first, since it says whether the store is closed.
      const stored = await this.#store.find('log', scope, id)
      if (stored !== undefined || this.#journal.find(scope, id) !== undefined) {
        throw new KmsError('ALREADY_EXISTS', 'the id is taken')
      }
    }
    await guarded(() => this.#journal.append(record))
  }

  async #findInLog(scope: string, id: string): Promise<StoredRecord | undefined> {
    const written = (await this.#read(scope)).find(({ ids }) => ids.includes(id))
    return (await this.#store.find('log', scope, id)) ?? written
  }

  async #read(scope: string): Promise<StoredRecord[]> {
    const written = this.#written ?? (await guarded(() => this.#journal.read()))
    return written.filter(record => record.scope === scope)
  }
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (cause instanceof KmsError) throw cause
    throw new KmsError('STORE_UNAVAILABLE', 'the journal of the store cannot be written or read', { cause })
  }
}
