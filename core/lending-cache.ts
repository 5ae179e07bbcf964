import { LRUCache } from 'lru-cache'
import type { Soon } from './at-once.ts'
import type { Clock } from './ports/index.ts'

/** What holds a secret open until it is closed; some hold none. */
export interface Closable {
  close?(): unknown
}

export interface CacheLimits {
  /** How many opened things are kept at most. */
  readonly max: number
  /** Milliseconds for which one is kept at most, counted from its opening; 0 keeps none. */
  readonly ttl: number
}

/** Told whenever something is looked for in a cache: whether it was kept there. */
export type OnLookup = (kept: boolean) => void

/**
 * Keeps what was opened (keys, locks of keystores) for a while: opening one for each request would cost more than using
 * it. Bounded in number and time. What is being opened is opened once for all who ask for it meanwhile; what could not
 * be opened is not remembered. One that leaves is closed as soon as nobody uses it any more, and not before.
 *
 * What an entry was opened from never changes, so it can only be outlived, not outdated; all the same it is found only
 * with the very bytes that it was opened from. States are checked on the record, by each request.
 */
export class LendingCache<T extends Closable> {
  #cache: LRUCache<string, Entry<T>> | undefined
  readonly #onLookup: OnLookup | undefined

  constructor({ max, ttl }: CacheLimits, clock: Clock, onLookup?: OnLookup) {
    this.#onLookup = onLookup
    if (max === 0 || ttl === 0) return
    this.#cache = new LRUCache<string, Entry<T>>({
      max,
      ttl,
      ttlResolution: 0,
      // Never 0: lru-cache takes that for no time at all, and would keep the entry for ever.
      perf: { now: () => clock.elapsed() + 1 },
      dispose: entry => entry.retire(),
    })
  }

  /**
   * Lends an opened thing to `use`, opening it if it is not kept.
   *
   * @param name what distinguishes it from every other thing
   * @param material the stored bytes that it is opened from
   */
  async use<P extends T, R>(
    name: string,
    material: Uint8Array,
    open: () => Promise<P>,
    use: (opened: P) => Soon<R>,
  ): Promise<R> {
    return this.lend(name, material, open, use)
  }

  /** The same. What is open already is used at once: `use` has run when this returns, and what it throws is thrown. */
  lend<P extends T, R>(
    name: string,
    material: Uint8Array,
    open: () => Promise<P>,
    use: (opened: P) => Soon<R>,
  ): Soon<R> {
    const lend = use as (opened: T) => Soon<R>
    const kept = this.#cache?.get(name)
    const isKept = kept?.isOf(material) === true
    this.#onLookup?.(isKept)
    if (kept !== undefined && isKept) return kept.use(lend)
    const entry = new Entry<T>(open(), material)
    const result = entry.use(lend)
    const cache = this.#cache
    if (cache === undefined) {
      entry.retire()
      return result
    }
    cache.set(name, entry)
    entry.whenFailed(() => cache.peek(name) === entry && cache.delete(name))
    return result
  }

  /** Closes what was kept for longer than its time. Called now and then, so that an idle server forgets as well. */
  purge(): void {
    this.#cache?.purgeStale()
  }

  /** Closes what is kept, and from now on keeps nothing: what is still being opened is closed after its use. */
  close(): void {
    this.#cache?.clear()
    this.#cache = undefined
  }
}

class Entry<T extends Closable> {
  readonly #opening: Promise<T>
  readonly #material: Uint8Array
  #opened: T | undefined
  #users = 0
  #retired = false

  constructor(opening: Promise<T>, material: Uint8Array) {
    this.#opening = opening
    this.#material = material
  }

  isOf(material: Uint8Array): boolean {
    return Buffer.compare(this.#material, material) === 0
  }

  use<R>(use: (opened: T) => Soon<R>): Soon<R> {
    this.#users += 1
    let result: Soon<R> | undefined
    try {
      result = this.#opened === undefined ? this.#opening.then(opened => this.#keep(opened, use)) : use(this.#opened)
      return result instanceof Promise ? result.finally(() => this.#leave()) : result
    } finally {
      if (!(result instanceof Promise)) this.#leave()
    }
  }

  #keep<R>(opened: T, use: (opened: T) => Soon<R>): Soon<R> {
    this.#opened = opened
    return use(opened)
  }

  #leave(): void {
    this.#users -= 1
    this.#closeIfLeft()
  }

  /** Whoever uses it learns of the failure as well, so here it is only taken note of. */
  whenFailed(note: () => unknown): void {
    this.#opening.catch(note)
  }

  retire(): void {
    this.#retired = true
    this.#closeIfLeft()
  }

  #closeIfLeft(): void {
    if (this.#retired && this.#users === 0) this.#opened?.close?.()
  }
}
