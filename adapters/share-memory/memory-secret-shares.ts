import { KmsError, SecretBytes, type SecretSharePort } from '@keyhold/core'

/** Shares held in the process, by subject: for tests. */
export class MemorySecretShares implements SecretSharePort {
  readonly #shares: Map<string, Uint8Array>
  #closed = false

  /** Takes copies of the shares. */
  constructor(shares: Iterable<readonly [subject: string, share: Uint8Array]>) {
    this.#shares = new Map(Array.from(shares, ([subject, share]) => [subject, Uint8Array.from(share)]))
  }

  async fetchShare(subject: string): Promise<SecretBytes> {
    this.#requireOpen()
    const share = this.#shares.get(subject)
    if (share === undefined) throw new KmsError('SHARE_REJECTED', 'there is no share for this subject')
    return new SecretBytes(Uint8Array.from(share))
  }

  async check(): Promise<void> {
    this.#requireOpen()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const share of this.#shares.values()) share.fill(0)
    this.#shares.clear()
  }

  #requireOpen(): void {
    if (this.#closed) throw new KmsError('SHARE_UNAVAILABLE', 'the holder of the shares is closed')
  }
}
