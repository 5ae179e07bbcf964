import type { Soon } from '../at-once.ts'

/** Every kind of record there is. */
export type Collection = 'header' | 'server-keys' | 'keystores' | 'keys' | 'revocations' | 'sessions' | 'log'

/**
 * A record as a store sees it: where it is found, its revision, and a body that only the core can read and that
 * authenticates all of this (`records/`). A store needs to understand none of it.
 */
export interface StoredRecord {
  readonly collection: Collection
  /** What the ids are unique in: the keystore's id for a key, revocation, session or log, empty for the others. */
  readonly scope: string
  /**
   * Every id under which the record is found; at least one, and the first never changes. Any text of 1 to 512 UTF-8
   * bytes: a store must treat it as data, never as a path, an operator or an object member.
   */
  readonly ids: readonly [string, ...string[]]
  /** 1 when it is new, then counted up by each replacement. */
  readonly revision: number
  readonly body: Uint8Array
}

/**
 * What a record that was added survives: with `flushed`, which is what all others are, whatever happens; with `written`
 * the end of the process, whatever its cause, while the end of the machine may take along what was added in the last
 * moment before. Of what one process adds to a collection nothing is there after that without what it added before.
 */
export type Durability = 'flushed' | 'written'

/**
 * Where records live. Absence is `undefined`, never an error. Records are copies: changing one that was given or
 * answered changes nothing in the store.
 *
 * `add` and `replace` are atomic and durable: when they resolve, a crash loses nothing; when they do not, either the
 * whole change or none of it is there. The store itself decides races, not a read before the write. Several processes
 * may use one store, and each sees what any other was acknowledged.
 *
 * Codes: ALREADY_EXISTS, CONFLICT, STORE_UNAVAILABLE (also for every call after `close`), STORE_CORRUPT when what is
 * stored cannot be read as a record at all. Nothing but `KmsError` is thrown.
 */
export interface KeyStorePort {
  /**
   * Finds a record by any of its ids; at once, where that is possible.
   *
   * @param known a record that was answered before, and that nobody has changed: a store may answer the same one again if
   * it is what stands there now
   */
  find(collection: Collection, scope: string, id: string, known?: StoredRecord): Soon<StoredRecord | undefined>

  /**
   * Adds a record. ALREADY_EXISTS if any of its ids is taken in its collection and scope; nothing is changed then. Its
   * revision may be any whole number from 0 up and is kept: the body of a record that comes from another store
   * authenticates the one that it has.
   *
   * With `written`, which is for records of a log alone, a store may do more than it is asked for. Their ids must be of
   * a kind that no other process makes, and they are never replaced or removed.
   */
  add(record: StoredRecord, durability?: Durability): Promise<void>

  /**
   * Replaces the record that has the same first id, if its stored revision is `record.revision - 1`; CONFLICT
   * otherwise, also when there is none. Ids may be added, and ALREADY_EXISTS if one of them is another record's.
   */
  replace(record: StoredRecord): Promise<void>

  /**
   * Lists the records of a collection and scope in the byte order of their first ids, at most `limit`, those after
   * `after` alone if it is given.
   */
  list(collection: Collection, scope: string, limit: number, after?: string): Promise<StoredRecord[]>

  /** Removes the record that has this first id, with all its ids, if its revision is still this one; CONFLICT otherwise. */
  remove(collection: Collection, scope: string, firstId: string, revision: number): Promise<void>

  /** Resolves when the store could answer now. */
  check(): Promise<void>

  /** Ends the use of the store. May be called more than once. */
  close(): Promise<void>
}
