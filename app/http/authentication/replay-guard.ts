import { createHash } from 'node:crypto'
import { type Clock, unauthenticated } from '@keyhold/core'
import { LRUCache } from 'lru-cache'

const maximumRequests = 100_000

/** Ed25519 is deterministic and times are whole seconds: honest requests of one second carry the same signature. */
const honestRepetition = 1000

/**
 * Remembers what was signed, and by which key, of requests that must not be repeated, for as long as they could be
 * accepted. Not the signatures: whoever sees one by ECDSA can make another that is valid for the same text. A
 * repetition within a second of the first sight is honest; any later one is a replay.
 */
export class ReplayGuard {
  readonly #clock: Clock
  readonly #firstSeen: LRUCache<string, number>

  /** @param window milliseconds for which a signature can be accepted at most */
  constructor(clock: Clock, window: number) {
    this.#clock = clock
    this.#firstSeen = new LRUCache({ max: maximumRequests, ttl: window, perf: { now: () => clock.elapsed() } })
  }

  /**
   * @param keyId of the key that was found, not as it was written
   * @throws KmsError UNAUTHENTICATED
   */
  check(keyId: string, signedText: string): void {
    const name = createHash('sha256').update(`${keyId}\n${signedText}`).digest('base64')
    const now = this.#clock.elapsed()
    const firstSeen = this.#firstSeen.get(name)
    if (firstSeen === undefined) this.#firstSeen.set(name, now)
    else if (now - firstSeen > honestRepetition) throw unauthenticated('the request is a replay')
  }
}
