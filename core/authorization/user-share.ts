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
  readonly #secrets = new Map<string, Promise<SecretBytes>>()
  readonly #locks = new Map<string, Promise<LockPort>>()

  /** Takes ownership of `text`. */
  constructor(subject: string, text: SecretBytes) {
    this.subject = subject
    this.text = text
  }

  /** The secret of a keystore, combined and compared once for this request. */
  secretOf(keystoreId: string, combine: () => Promise<SecretBytes>): Promise<SecretBytes> {
    return once(this.#secrets, keystoreId, combine)
  }

  /** The lock of a keystore, opened once for this request. */
  lockOf(keystoreId: string, open: () => Promise<LockPort>): Promise<LockPort> {
    return once(this.#locks, keystoreId, open)
  }

  /** Wipes the share and all that was opened with it. Called when the request has been answered. */
  async close(): Promise<void> {
    this.text.wipe()
    for (const secret of await Promise.allSettled(this.#secrets.values())) {
      if (secret.status === 'fulfilled') secret.value.wipe()
    }
    for (const lock of await Promise.allSettled(this.#locks.values())) {
      if (lock.status === 'fulfilled') await lock.value.close()
    }
  }
}

function once<T>(made: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(name) ?? make()
  made.set(name, known)
  return known
}
