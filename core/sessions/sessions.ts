import type { LendingCache } from '../lending-cache.ts'
import { sessionKeyContext } from '../locks/lock-context.ts'
import type { LockPort } from '../ports/index.ts'
import type { Records } from '../records/records.ts'
import type { Session } from '../records/session.ts'
import { SessionKey } from './session-key.ts'

/** So many of the sessions that this process has opened are looked after when they end, and so many at a time. */
const mostEndings = 10_000
const removedAtOnce = 64

type Ending = Pick<Session, 'keystoreId' | 'id' | 'expires'>

/** What a process has of sessions beside their records: the keys that are open, and what has to be removed in the end. */
export class Sessions {
  /** Milliseconds for which a session lives at most; 0: there are none. */
  readonly ttl: number
  readonly #openLock: () => Promise<LockPort>
  readonly #openedKeys: LendingCache<SessionKey>
  #lock: Promise<LockPort> | undefined
  #endings: Ending[] = []

  constructor(ttl: number, openLock: () => Promise<LockPort>, openedKeys: LendingCache<SessionKey>) {
    this.ttl = ttl
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

  /** Whether a MAC is that of a text by the key of a session. */
  verify({ keystoreId, id, lockedKey }: Session, mac: Uint8Array, text: Uint8Array): Promise<boolean> {
    const open = async () => {
      const lock = await this.lock()
      return new SessionKey(await lock.unlock(lockedKey, sessionKeyContext(keystoreId, id)))
    }
    return this.#openedKeys.use(`${keystoreId}/${id}`, lockedKey, open, key => key.verify(mac, text))
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
