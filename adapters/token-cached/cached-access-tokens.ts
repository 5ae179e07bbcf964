import {
  type AccessToken,
  type AccessTokenPort,
  type Clock,
  KmsError,
  type OnLookup,
  sha256Base64Url,
} from '@keyhold/core'
import { LRUCache } from 'lru-cache'

export interface TokenCacheLimits {
  /** Milliseconds for which a token that is active is known without being asked about again; 0 keeps none. */
  readonly ttl: number
  /** The same for one that is not. */
  readonly refusedTtl: number
  /** How many of each are known at most. */
  readonly max: number
}

/**
 * Remembers for a while what was found out about tokens: by a hash, so that no token is kept. What is asked about is
 * asked about once for all who wait for it; that nothing could be found out is not remembered.
 */
export class CachedAccessTokens implements AccessTokenPort {
  readonly #tokens: AccessTokenPort
  readonly #clock: Clock
  readonly #onLookup: OnLookup | undefined
  readonly #active: LRUCache<string, AccessToken> | undefined
  /** Apart from the others: tokens that anybody can make up must not drive them out. */
  readonly #refused: LRUCache<string, true> | undefined
  readonly #asked = new Map<string, Promise<AccessToken | undefined>>()
  #closed = false

  constructor(tokens: AccessTokenPort, { ttl, refusedTtl, max }: TokenCacheLimits, clock: Clock, onLookup?: OnLookup) {
    this.#tokens = tokens
    this.#onLookup = onLookup
    this.#clock = clock
    // Never 0: lru-cache takes that for no time at all.
    const perf = { now: () => clock.elapsed() + 1 }
    if (ttl > 0) this.#active = new LRUCache({ max, ttl, perf, ttlResolution: 0 })
    if (refusedTtl > 0) this.#refused = new LRUCache({ max, ttl: refusedTtl, perf, ttlResolution: 0 })
  }

  async introspect(token: string): Promise<AccessToken | undefined> {
    if (this.#closed) throw new KmsError('AUTH_UNAVAILABLE', 'the issuer of the tokens is closed')
    const name = sha256Base64Url(token)
    const known = this.#active?.get(name)
    const isActive = known !== undefined && known.expires > this.#clock.now()
    const isRefused = !isActive && this.#refused?.has(name) === true
    this.#onLookup?.(isActive || isRefused)
    if (isActive) return known
    if (isRefused) return undefined
    const asked = this.#asked.get(name) ?? this.#ask(name, token)
    const found = await asked
    return found !== undefined && found.expires > this.#clock.now() ? found : undefined
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#active?.clear()
    this.#refused?.clear()
    await this.#tokens.close()
  }

  async #ask(name: string, token: string): Promise<AccessToken | undefined> {
    const asked = this.#tokens.introspect(token)
    this.#asked.set(name, asked)
    try {
      const found = await asked
      if (this.#closed) return found
      if (found === undefined) this.#refused?.set(name, true)
      else this.#active?.set(name, found)
      return found
    } finally {
      this.#asked.delete(name)
    }
  }
}
