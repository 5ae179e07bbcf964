import {
  type Collection,
  type Durability,
  type KeyStorePort,
  KmsError,
  type Soon,
  type StoredRecord,
} from '@keyhold/core'

/**
 * A store as a process sees it that is killed at one of its writes: from then on nothing works. The last write is done
 * or not, and nobody has heard of it.
 */
export class MortalKeyStore implements KeyStorePort {
  readonly #inner: KeyStorePort
  #writesLeft: number
  readonly #lastIsDone: boolean

  constructor(inner: KeyStorePort, writes: number, lastIsDone: boolean) {
    this.#inner = inner
    this.#writesLeft = writes
    this.#lastIsDone = lastIsDone
  }

  find(collection: Collection, scope: string, id: string): Promise<StoredRecord | undefined> {
    return this.#read(() => this.#inner.find(collection, scope, id))
  }

  add(record: StoredRecord, durability?: Durability): Promise<void> {
    return this.#write(() => this.#inner.add(record, durability))
  }

  replace(record: StoredRecord): Promise<void> {
    return this.#write(() => this.#inner.replace(record))
  }

  list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    return this.#read(() => this.#inner.list(collection, scope, limit, after))
  }

  remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    return this.#write(() => this.#inner.remove(collection, scope, firstId, revision))
  }

  check(): Promise<void> {
    return this.#read(() => this.#inner.check())
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  async #read<T>(read: () => Soon<T>): Promise<T> {
    if (this.#writesLeft < 0) throw dead()
    return read()
  }

  async #write(write: () => Promise<void>): Promise<void> {
    this.#writesLeft -= 1
    if (this.#writesLeft >= 0) return write()
    if (this.#writesLeft === -1 && this.#lastIsDone) await write()
    throw dead()
  }
}

function dead(): KmsError {
  return new KmsError('STORE_UNAVAILABLE', 'the process was killed')
}
