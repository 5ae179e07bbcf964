import type { DidSigner } from '@keyhold/core'
import { actionOf } from './action-of.ts'
import { readCapability } from './capability.ts'
import { signTrustbloc } from './signed-request.ts'

/** An answer of the service that is not 200. */
export class KeyholdError extends Error {
  override readonly name = 'KeyholdError'
  readonly status: number
  /** The service's stable code; `UNKNOWN` if it was not the service that has answered. */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** What stands between a client and the service answers in forms of its own, and its statuses count as well. */
function readError(status: number, text: string): KeyholdError {
  let answer: Partial<Record<string, unknown>> | null = null
  try {
    answer = JSON.parse(text)
  } catch {
    // Not the service's own then.
  }
  const { code, message } = answer ?? {}
  const isOwn = typeof code === 'string' && typeof message === 'string'
  return isOwn ? new KeyholdError(status, code, message) : new KeyholdError(status, 'UNKNOWN', `answered ${status}`)
}

// biome-ignore lint/suspicious/noExplicitAny: whoever asks knows the shape of the answer
export type Answer = any

/** Sends signed requests for the holder of a key, invoking a capability where one is needed. */
export class KeyholdClient {
  readonly #signer: DidSigner
  readonly #capability: object | undefined

  /** @param capability what is invoked by every request that has an action; root or delegated */
  constructor(signer: DidSigner, capability?: object) {
    this.#signer = signer
    this.#capability = capability
  }

  /** The DID URL of the key: the controller of the keystores that it creates. */
  get didUrl(): string {
    return this.#signer.didUrl
  }

  /** Creates a keystore of one's own, and answers its URL and a client that invokes its root capability. */
  async createKeystore(service: string): Promise<{ url: string; client: KeyholdClient }> {
    const answer = await this.send('POST', `${service}/v1/keystores`, { controller: this.didUrl })
    const capability = readCapability(answer.capability)
    return { url: answer.key_store_url, client: new KeyholdClient(this.#signer, capability) }
  }

  /**
   * Sends a request and answers its JSON; undefined if the answer is empty.
   *
   * @throws KeyholdError if the status is not 200
   */
  async send(method: string, url: string, body?: object): Promise<Answer> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const action = actionOf(method, url)
    const capability = this.#capability
    const invoked = action === undefined || capability === undefined ? undefined : { action, capability }
    const headers = await signTrustbloc(
      { method, url, ...(bytes && { body: bytes }) },
      invoked,
      this.#signer,
      Date.now(),
    )
    const response = await fetch(url, { method, headers, ...(bytes && { body: bytes }), redirect: 'error' })
    const text = await response.text()
    if (response.status !== 200) throw readError(response.status, text)
    return text === '' ? undefined : JSON.parse(text)
  }
}
