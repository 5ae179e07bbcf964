import { LRUCache } from 'lru-cache'
import { andThen, type Soon } from '../at-once.ts'
import type { LendingCache } from '../lending-cache.ts'
import { sessionKeyContext } from '../locks/lock-context.ts'
import type { Clock, LockPort } from '../ports/index.ts'
import type { Records } from '../records/records.ts'
import type { Session } from '../records/session.ts'
import { SessionKey } from './session-key.ts'

/** So many of the sessions that this process has opened are looked after when they end, and so many at a time. */
const mostEndings = 10_000
const removedAtOnce = 64

/** So many records are known, and so long: the one of a session that another process has closed, no longer than that. */
const mostKnown = 1000
const knownFor = 1000

type Ending = Pick<Session, 'keystoreId' | 'id' | 'expires'>

/** What a process has of sessions beside their records: the keys that are open, and what has to be removed in the end. */
export class Sessions {
  /** Milliseconds for which a session lives at most; 0: there are none. */
  readonly ttl: number
  readonly #openLock: () => Promise<LockPort>
  readonly #openedKeys: LendingCache<SessionKey>
  readonly #known: LRUCache<string, Session>
  #lock: Promise<LockPort> | undefined
  #endings: Ending[] = []

  constructor(ttl: number, openLock: () => Promise<LockPort>, openedKeys: LendingCache<SessionKey>, clock: Clock) {
    this.ttl = ttl
    // Never 0: lru-cache takes that for no time at all.
    const perf = { now: () => clock.elapsed() + 1 }
    this.#known = new LRUCache({ max: mostKnown, ttl: knownFor, ttlResolution: 0, perf })
    this.#openLock = openLock
    this.#openedKeys = openedKeys
  }

  /** The lock of their keys, opened when it is first needed. */
  lock(): Promise<LockPort> {
    this.#lock ??= this.#openLock().catch(error => {
      this.#lock = undefined
      throw error
    })
    return this.#lock
  }

  /**
   * Finds a session. Its caller makes many requests, and reading its record would be a fourth of what each of them takes to
   * be authenticated.
   */
  find(records: Records, keystoreId: string, id: string): Soon<Session | undefined> {
    const name = `${keystoreId}/${id}`
    const known = this.#known.get(name)
    if (known !== undefined) return known
    return andThen(records.findSession(keystoreId, id), found => {
      if (found !== undefined) this.#known.set(name, found)
      return found
    })
  }

  /** Removes a session. @throws KmsError CONFLICT if it is not there */
  async remove(records: Records, session: Session): Promise<void> {
    try {
      await records.removeSession(session)
    } finally {
      this.#known.delete(`${session.keystoreId}/${session.id}`)
    }
  }

  /** Whether a MAC is that of a text by the key of a session. */
  verify({ keystoreId, id, lockedKey }: Session, mac: Uint8Array, text: Uint8Array): Soon<boolean> {
    const open = async () => {
      const lock = await this.lock()
      return new SessionKey(await lock.unlock(lockedKey, sessionKeyContext(keystoreId, id)))
    }
    return this.#openedKeys.lend(`${keystoreId}/${id}`, lockedKey, open, key => key.verify(mac, text))
  }

  /** Has a new session removed when it has ended. One that is forgotten here is removed when the next one is opened. */
  removeLater({ keystoreId, id, expires }: Session): void {
    if (this.#endings.length < mostEndings) this.#endings.push({ keystoreId, id, expires })
  }

  /** Closes the keys that were open for longer than their time, and removes what has ended. @param now Unix time, ms */
  async purge(records: Records, now: number): Promise<void> {
    this.#openedKeys.purge()
    const ended = this.#endings.filter(({ expires }) => expires <= now).slice(0, removedAtOnce)
    if (ended.length === 0) return
    this.#endings = this.#endings.filter(ending => !ended.includes(ending))
    await removeSessions(records, ended)
  }

  close(): void {
    this.#openedKeys.close()
    this.#known.clear()
    this.#lock?.then(
      lock => lock.close(),
      () => undefined,
    )
  }
}

/** Removes sessions that have ended, as far as that goes: what stays is worth nothing, and will be seen again. */
export async function removeSessions(records: Records, sessions: readonly Pick<Session, 'keystoreId' | 'id'>[]) {
  await Promise.allSettled(sessions.map(session => records.removeSession(session)))
}
