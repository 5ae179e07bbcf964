import { MemorySecretShares } from '@keyhold/adapters'
import type { SecretBytes, SecretSharePort } from '@keyhold/core'

/** Who holds shares, and remembers for whom each was fetched and what was given away. */
export class CountingShares implements SecretSharePort {
  readonly fetched: string[] = []
  readonly given: SecretBytes[] = []
  /** What happens before a share is given. */
  before: () => Promise<void> = async () => undefined
  readonly #inner: MemorySecretShares

  constructor(shares: Iterable<readonly [subject: string, share: Uint8Array]>) {
    this.#inner = new MemorySecretShares(shares)
  }

  async fetchShare(subject: string): Promise<SecretBytes> {
    this.fetched.push(subject)
    await this.before()
    const share = await this.#inner.fetchShare(subject)
    this.given.push(share)
    return share
  }

  check(): Promise<void> {
    return this.#inner.check()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
