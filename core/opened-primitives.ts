import { LRUCache } from 'lru-cache'
import type { SecretPrimitives, Verifier } from './algorithms/key-type.ts'
import type { Clock } from './ports/index.ts'

type Primitive = SecretPrimitives[keyof SecretPrimitives] | Verifier

export interface CacheLimits {
  /** How many opened primitives are kept at most. */
  readonly max: number
  /** Milliseconds for which one is kept at most, counted from its opening; 0 keeps none. */
  readonly ttl: number
}

/**
 * Keeps opened primitives (imported keys) for a while: opening one for each request would cost more than using it.
 * Bounded in number and time. One that leaves is closed as soon as nobody uses it any more, and not before.
 *
 * A version's material never changes, so an entry can only be outlived, not outdated; all the same it is found only
 * with the very material that it was opened from. States are checked on the record, by each request.
 */
export class OpenedPrimitives {
  #cache: LRUCache<string, Entry> | undefined

  constructor({ max, ttl }: CacheLimits, clock: Clock) {
    if (max === 0 || ttl === 0) return
    this.#cache = new LRUCache<string, Entry>({
      max,
      ttl,
      ttlResolution: 0,
      // Never 0: lru-cache takes that for no time at all, and would keep the entry for ever.
      perf: { now: () => clock.elapsed() + 1 },
      dispose: entry => entry.retire(),
    })
  }

  /**
   * Lends a primitive to `use`, opening it if it is not kept.
   *
   * @param name what distinguishes it from every other primitive
   * @param material the stored bytes that it is opened from
   */
  async use<P extends Primitive, T>(
    name: string,
    material: Uint8Array,
    open: () => Promise<P>,
    use: (primitive: P) => T | Promise<T>,
  ): Promise<T> {
    const kept = this.#cache?.get(name)
    if (kept?.isOf(material)) return kept.use(use as (primitive: Primitive) => T | Promise<T>)
    const opened = new Entry(await open(), material)
    const result = opened.use(use as (primitive: Primitive) => T | Promise<T>)
    if (this.#cache === undefined) opened.retire()
    else this.#cache.set(name, opened)
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

class Entry {
  readonly #primitive: Primitive
  readonly #material: Uint8Array
  #users = 0
  #retired = false

  constructor(primitive: Primitive, material: Uint8Array) {
    this.#primitive = primitive
    this.#material = material
  }

  isOf(material: Uint8Array): boolean {
    return Buffer.compare(this.#material, material) === 0
  }

  async use<T>(use: (primitive: Primitive) => T | Promise<T>): Promise<T> {
    this.#users += 1
    try {
      return await use(this.#primitive)
    } finally {
      this.#users -= 1
      this.#closeIfLeft()
    }
  }

  retire(): void {
    this.#retired = true
    this.#closeIfLeft()
  }

  #closeIfLeft(): void {
    if (this.#retired && this.#users === 0) this.#primitive.close?.()
  }
}
