import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Authorization } from './authorization.ts'
import { Keystore } from './keystore.ts'
import { openSession, type SessionOptions } from './session-opening.ts'
import { type SessionSigner, signOverSession } from './signed-request.ts'
import type { CallOptions, Transport } from './transport.ts'

/** A session that is open. Times are those of `performance.now()`. */
interface Opened extends SessionSigner {
  /** From when another one is opened, and when this one has ended. */
  readonly renewal: number
  readonly end: number
}

/** Of its life, after which a session is renewed. */
const renewedAfter = 0.75

/**
 * Calls of a keystore and its keys that are authenticated by MACs, over a session which is opened with the capability of
 * the keystore and renewed before it ends. What no capability is invoked for is signed as before.
 */
export class Session {
  readonly keystore: Keystore
  readonly #base: Transport
  readonly #signed: Keystore
  readonly #options: SessionOptions
  #opened: Opened | undefined
  #opening: Promise<Opened> | undefined
  #isClosed = false

  private constructor(transport: Transport, { url, capability }: Keystore, options: SessionOptions) {
    this.#base = transport
    this.#options = options
    this.#signed = new Keystore(transport, url, capability)
    this.keystore = new Keystore(transport.authorizedBy(this.#authorization()), url, capability)
  }

  static async open(
    transport: Transport,
    keystore: Keystore,
    options: SessionOptions = {},
    call?: CallOptions,
  ): Promise<Session> {
    const session = new Session(transport, keystore, options)
    await session.#renewed(call)
    return session
  }

  /** Of the session that is used now. */
  async id(): Promise<string> {
    return (await this.#current()).id
  }

  /** Closes it; its calls are refused from then on. */
  async close(options?: CallOptions): Promise<void> {
    const { id } = await this.#current()
    this.#isClosed = true
    await this.#signed.closeSession(id, options)
  }

  #authorization(): Authorization {
    const { authorization } = this.#base
    return {
      ...(authorization?.controller !== undefined && { controller: authorization.controller }),
      headersOf: async request => {
        if (request.action === undefined) return (await authorization?.headersOf(request)) ?? {}
        return signOverSession(request, await this.#current(), Date.now())
      },
    }
  }

  async #current(): Promise<Opened> {
    if (this.#isClosed) throw new Error('the session is closed')
    const opened = this.#opened
    if (opened !== undefined && performance.now() < opened.renewal) return opened
    return this.#renewed().catch(error => {
      if (opened !== undefined && performance.now() < opened.end) return opened
      throw error
    })
  }

  /** However many calls want another one, one is opened. */
  #renewed(call?: CallOptions): Promise<Opened> {
    this.#opening ??= this.#open(call)
      .then(opened => {
        this.#opened = opened
        return opened
      })
      .finally(() => {
        this.#opening = undefined
      })
    return this.#opening
  }

  async #open(call?: CallOptions): Promise<Opened> {
    const from = performance.now()
    const { id, key, ttl } = await openSession(this.#base, this.#signed, this.#options, call)
    const life = ttl * 1000
    return { id, mac: text => hmac(sha256, key, text), renewal: from + life * renewedAfter, end: from + life }
  }
}
