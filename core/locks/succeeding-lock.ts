import type { LockContext, LockPort } from '../ports/lock.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'
import { readSealed } from './sealed.ts'

/**
 * A lock that takes the place of another one. What either has locked is opened by the one that did, as the frame says.
 * Which of them locks what is new is not its own decision: every process that shares a store must be able to open it,
 * and may know the former lock alone until the store says that the succession has begun.
 */
export class SucceedingLock implements LockPort {
  readonly id: string
  readonly formerId: string
  readonly #lock: LockPort
  readonly #former: LockPort
  readonly #sealingId: () => Promise<string | undefined>

  /**
   * Takes ownership of both locks.
   *
   * @param sealingId which of them locks now; undefined: the new one
   */
  constructor(lock: LockPort, former: LockPort, sealingId: () => Promise<string | undefined>) {
    this.id = lock.id
    this.formerId = former.id
    this.#lock = lock
    this.#former = former
    this.#sealingId = sealingId
  }

  async lock(secret: Uint8Array, context: LockContext): Promise<Uint8Array> {
    return this.#named(await this.#sealingId()).lock(secret, context)
  }

  async unlock(locked: Uint8Array, context: LockContext): Promise<SecretBytes> {
    return this.#named(readSealed(locked)?.lockId).unlock(locked, context)
  }

  async check(): Promise<void> {
    await Promise.all([this.#lock.check(), this.#former.check()])
  }

  async close(): Promise<void> {
    await this.#lock.close()
    await this.#former.close()
  }

  #named(id: string | undefined): LockPort {
    return id === this.formerId ? this.#former : this.#lock
  }
}
