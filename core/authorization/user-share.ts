import type { LockPort } from '../ports/index.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'

/**
 * What a request brings along to open locks that are shared with their user: one share of the user's secret, and whose
 * it is. It lives as long as the request, and so does every lock that was opened with it.
 */
export class UserShare {
  /** The verified subject, under which the other share is held. */
  readonly subject: string
  /** The share as it was sent, ASCII. Which form it has says the keystore. */
  readonly text: SecretBytes
  readonly #locks = new Map<string, Promise<LockPort>>()

  /** Takes ownership of `text`. */
  constructor(subject: string, text: SecretBytes) {
    this.subject = subject
    this.text = text
  }

  /** The lock of a keystore, opened once for this request. */
  lockOf(keystoreId: string, open: () => Promise<LockPort>): Promise<LockPort> {
    const opened = this.#locks.get(keystoreId)
    if (opened !== undefined) return opened
    const opening = open()
    this.#locks.set(keystoreId, opening)
    return opening
  }

  /** Wipes the share and all that was opened with it. Called when the request has been answered. */
  async close(): Promise<void> {
    this.text.wipe()
    const locks = await Promise.allSettled(this.#locks.values())
    for (const lock of locks) if (lock.status === 'fulfilled') await lock.value.close()
  }
}
