import type {
  Collection,
  Durability,
  KeyStorePort,
  LockContext,
  LockPort,
  SecretBytes,
  StoredRecord,
  Vault,
  VaultBinding,
  VaultPort,
} from '@keyhold/core'

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

  async add(record: StoredRecord, durability?: Durability): Promise<void> {
    throwIfOn(this)
    return this.#inner.add(record, durability)
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

/** Vaults that fail in every call while their switch is on, and that note what they are asked. */
export class FailingVaults implements VaultPort, Switch {
  failure: unknown
  /** The calls, by name. */
  readonly asked: string[] = []
  /** Every content that was to be put there, in order. */
  readonly contents: Uint8Array[] = []
  /** What happens before each call. */
  before: () => Promise<void> = async () => undefined
  readonly #inner: VaultPort

  constructor(inner: VaultPort) {
    this.#inner = inner
  }

  async open(binding: VaultBinding): Promise<Vault> {
    const vault = await this.#inner.open(binding)
    const pass = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
      this.asked.push(name)
      await this.before()
      throwIfOn(this)
      return call()
    }
    return {
      put: (name, content) => {
        this.contents.push(Uint8Array.from(content))
        return pass('put', () => vault.put(name, content))
      },
      get: name => pass('get', () => vault.get(name)),
      remove: name => pass('remove', () => vault.remove(name)),
      close: () => vault.close(),
    }
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
