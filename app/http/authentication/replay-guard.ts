import { type Clock, sha256Base64Url, unauthenticated } from '@keyhold/core'
import { LRUCache } from 'lru-cache'

const maximumRequests = 100_000

/** Ed25519 is deterministic and times are whole seconds: honest requests of one second carry the same signature. */
const honestRepetition = 1000

/** Whether a request was seen before, by its name. */
export type IsReplay = (name: string) => boolean | Promise<boolean>

/** Opens what remembers requests for so many milliseconds. */
export type OpenReplays = (window: number) => IsReplay

/**
 * Remembers the signed requests that must not be repeated, for as long as they could be accepted. A repetition
 * within a second of the first sight is honest; any later one is a replay.
 */
export class SeenRequests {
  readonly #clock: Clock
  readonly #firstSeen: LRUCache<string, number>

  /** @param window milliseconds for which a signature can be accepted at most */
  constructor(clock: Clock, window: number) {
    this.#clock = clock
    this.#firstSeen = new LRUCache({ max: maximumRequests, ttl: window, perf: { now: () => clock.elapsed() } })
  }

  readonly isReplay = (name: string): boolean => {
    const now = this.#clock.elapsed()
    const firstSeen = this.#firstSeen.get(name)
    if (firstSeen === undefined) this.#firstSeen.set(name, now)
    return firstSeen !== undefined && now - firstSeen > honestRepetition
  }
}

/** Refuses the signed requests that repeat others. */
export class ReplayGuard {
  readonly #isReplay: IsReplay

  /** @param open Default: what this process has seen */
  constructor(clock: Clock, window: number, open: OpenReplays = window => new SeenRequests(clock, window).isReplay) {
    this.#isReplay = open(window)
  }

  /** @throws KmsError UNAUTHENTICATED */
  async check(keyId: string, text: string): Promise<void> {
    // What was signed, and not the signature: of an ECDSA signature everyone can make a second one, with -s for s.
    const name = sha256Base64Url(JSON.stringify([keyId, text]))
    if (await this.#isReplay(name)) throw unauthenticated('the request is a replay')
  }
}
