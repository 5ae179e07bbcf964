import { LRUCache } from 'lru-cache'
import type { CacheLimits, OnLookup } from '../lending-cache.ts'
import type { Clock } from '../ports/index.ts'

/** How much is remembered at most, in bytes, and an estimate of what each document takes beside its own. */
const maximumSize = 16 * 1024 * 1024
const fixedSize = 1024

/**
 * Documents that were read from vaults a moment ago, by name: still encrypted, and never changed. One that many ask for
 * is read once for all of them; one that could not be read is not remembered. What is answered is shared.
 */
export class DocumentCache {
  readonly #kept: LRUCache<string, Uint8Array>
  readonly #reading = new Map<string, Promise<Uint8Array | undefined>>()
  readonly #onLookup: OnLookup | undefined

  constructor({ max, ttl }: CacheLimits, clock: Clock, onLookup?: OnLookup) {
    this.#onLookup = onLookup
    // Never 0: lru-cache takes that for no time at all.
    this.#kept = new LRUCache<string, Uint8Array>({
      max,
      maxSize: maximumSize,
      sizeCalculation: document => document.length + fixedSize,
      ttl,
      ttlResolution: 0,
      perf: { now: () => clock.elapsed() + 1 },
    })
  }

  async find(name: string, read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(name)
    this.#onLookup?.(kept !== undefined)
    return kept ?? this.#reading.get(name) ?? this.#read(name, read)
  }

  forget(name: string): void {
    this.#kept.delete(name)
  }

  async #read(name: string, read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    const reading = read()
    this.#reading.set(name, reading)
    try {
      const document = await reading
      if (document !== undefined) this.#kept.set(name, document)
      return document
    } finally {
      this.#reading.delete(name)
    }
  }
}

/** As long and as many as opened keys: who takes a document out of his vault wants it to be gone. */
export function documentCache(limits: CacheLimits, clock: Clock, onLookup?: OnLookup): DocumentCache | undefined {
  return limits.max === 0 || limits.ttl === 0 ? undefined : new DocumentCache(limits, clock, onLookup)
}
