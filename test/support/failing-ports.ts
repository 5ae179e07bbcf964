import type { Collection, KeyStorePort, LockContext, LockPort, SecretBytes, StoredRecord } from '@keyhold/core'

/** What a port throws from now on; undefined while it works. */
export interface Switch {
  failure: unknown
}

function throwIfOn({ failure }: Switch): void {
  if (failure !== undefined) throw failure
}

/** A store that fails in every call while its switch is on. */
export class FailingKeyStore implements KeyStorePort, Switch {
  failure: unknown
  readonly #inner: KeyStorePort

  constructor(inner: KeyStorePort) {
    this.#inner = inner
  }

  async find(collection: Collection, scope: string, id: string): Promise<StoredRecord | undefined> {
    throwIfOn(this)
    return this.#inner.find(collection, scope, id)
  }

  async add(record: StoredRecord): Promise<void> {
    throwIfOn(this)
    return this.#inner.add(record)
  }

  async replace(record: StoredRecord): Promise<void> {
    throwIfOn(this)
    return this.#inner.replace(record)
  }

  async list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]> {
    throwIfOn(this)
    return this.#inner.list(collection, scope, limit, after)
  }

  async remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void> {
    throwIfOn(this)
    return this.#inner.remove(collection, scope, firstId, revision)
  }

  async check(): Promise<void> {
    throwIfOn(this)
    return this.#inner.check()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

/** A lock that fails in every call while its switch is on. */
export class FailingLock implements LockPort, Switch {
  failure: unknown
  readonly id: string
  readonly #inner: LockPort

  constructor(inner: LockPort) {
    this.#inner = inner
    this.id = inner.id
  }

  async lock(secret: Uint8Array, context: LockContext): Promise<Uint8Array> {
    throwIfOn(this)
    return this.#inner.lock(secret, context)
  }

  async unlock(locked: Uint8Array, context: LockContext): Promise<SecretBytes> {
    throwIfOn(this)
    return this.#inner.unlock(locked, context)
  }

  async check(): Promise<void> {
    throwIfOn(this)
    return this.#inner.check()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
