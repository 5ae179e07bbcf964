import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestHeaders, UnsignedRequest } from '@keyhold/client'
import type { Random } from '@keyhold/core'
import type { GuardedHttp } from '../shared/guarded-http.ts'
import { type HttpAnswer, HttpFailure } from '../shared/http.ts'
import { vaultUnavailable } from './edv-errors.ts'

/** What a request does with a vault, as both dialects name it. */
export type EdvAction = 'read' | 'write'

export interface EdvCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the vault's URL, with a slash at its beginning. */
  readonly path: string
  readonly action: EdvAction
  readonly body?: Uint8Array
}

export interface EdvConnectionOptions {
  /** Of the vault. */
  readonly url: string
  readonly http: GuardedHttp
  readonly sign: (request: UnsignedRequest, action: EdvAction) => Promise<RequestHeaders>
  readonly random: Random
}

/** Milliseconds before the second attempt: the least, and what is added at random. */
const pause = { least: 50, random: 100 } as const

/** Sends signed requests to one vault. */
export class EdvConnection {
  readonly #options: EdvConnectionOptions

  constructor(options: EdvConnectionOptions) {
    this.#options = options
  }

  /**
   * Sends a request, and once more if the connection fails. Nobody knows then whether the first one has arrived, so
   * each must be one that may be repeated. It is signed anew: a vault may take a signature for one request only.
   *
   * @throws KmsError VAULT_UNAVAILABLE if there is no answer
   */
  async send(call: EdvCall, signal: AbortSignal): Promise<HttpAnswer> {
    const first = await this.#attempt(call, signal)
    if (!(first instanceof HttpFailure)) return first
    if (first.reason !== 'connection' || signal.aborted) throw vaultUnavailable(first.message)
    const [byte = 0] = this.#options.random(1)
    await sleep(pause.least + (pause.random * byte) / 256, undefined, { signal }).catch(() => undefined)
    const second = signal.aborted ? first : await this.#attempt(call, signal)
    if (second instanceof HttpFailure) throw vaultUnavailable(second.message)
    return second
  }

  async #attempt({ method, path, action, body }: EdvCall, signal: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    const { http, sign } = this.#options
    const url = this.#options.url + path
    const signed = await sign({ method, url, ...(body && { body }) }, action)
    const headers = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...signed }
    try {
      return await http.send({ method, url, headers, signal, ...(body && { body }) })
    } catch (error) {
      if (error instanceof HttpFailure) return error
      throw error
    }
  }
}
