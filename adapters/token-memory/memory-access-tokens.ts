import { type AccessToken, type AccessTokenPort, type Clock, KmsError } from '@keyhold/core'

/** Tokens that are known in the process: for tests. */
export class MemoryAccessTokens implements AccessTokenPort {
  readonly #tokens: ReadonlyMap<string, AccessToken>
  readonly #clock: Clock
  #closed = false

  constructor(tokens: ReadonlyMap<string, AccessToken>, clock: Clock) {
    this.#tokens = tokens
    this.#clock = clock
  }

  async introspect(token: string): Promise<AccessToken | undefined> {
    if (this.#closed) throw new KmsError('AUTH_UNAVAILABLE', 'the issuer of the tokens is closed')
    const found = this.#tokens.get(token)
    return found !== undefined && found.expires > this.#clock.now() ? found : undefined
  }

  async close(): Promise<void> {
    this.#closed = true
  }
}
