import { KmsError } from '@keyhold/core'

/**
 * Bounds how many calls wait for one backend at once. More are refused at once: a backend that has become slow must
 * not fill the memory of this process with requests that nobody waits for any longer.
 */
export class InFlight {
  readonly #limit: number
  #count = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** @throws KmsError `code` if too many calls are under way */
  async run<T>(
    code: 'STORE_UNAVAILABLE' | 'LOCK_UNAVAILABLE' | 'SHARE_UNAVAILABLE',
    call: () => Promise<T>,
  ): Promise<T> {
    if (this.#count >= this.#limit) throw new KmsError(code, 'too many calls are under way')
    this.#count += 1
    try {
      return await call()
    } finally {
      this.#count -= 1
    }
  }
}
