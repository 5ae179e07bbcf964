import { gunzipSync } from 'node:zlib'
import type { DidSigner } from '@keyhold/core'
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

  constructor(signer: DidSigner) {
    this.#signer = signer
  }

  /** The DID URL of the key: the controller of the keystores that it creates. */
  get didUrl(): string {
    return this.#signer.didUrl
  }

  /** Creates a keystore of one's own. */
  async createKeystore(service: string): Promise<{ url: string; capability: object }> {
    const answer = await this.send('POST', `${service}/v1/keystores`, { controller: this.didUrl })
    return { url: answer.key_store_url, capability: readCapability(answer.capability) }
  }

  /**
   * Sends a request and answers its JSON; undefined if the answer is empty.
   *
   * @throws KeyholdError if the status is not 200
   */
  async send(
    method: string,
    url: string,
    body?: object,
    invoked?: { readonly action: string; readonly capability: object },
  ): Promise<Answer> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const request = { method, url, ...(bytes && { body: bytes }) }
    const headers = await signTrustbloc(request, invoked, this.#signer, Date.now())
    const response = await fetch(url, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(bytes && { body: bytes }),
      redirect: 'error',
    })
    const text = await response.text()
    if (response.status !== 200) throw readError(response.status, text)
    return text === '' ? undefined : JSON.parse(text)
  }
}

/** The JSON of a capability as the service answers it: standard base64 of the compressed text. */
export function readCapability(text: string): object {
  return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8'))
}
