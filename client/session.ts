import { sessionKeyInfo, sessionKeyLength } from '@keyhold/core/wire'
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Authorization, AuthorizedRequest } from './authorization.ts'
import { decodeUrl, encodeText, encodeUrl } from './bytes.ts'
import { Keystore } from './keystore.ts'
import { type RequestHeaders, type SessionSigner, signOverSession } from './signed-request.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface SessionOptions {
  /** Seconds for which each session shall live at most. Default: what the service says. */
  readonly ttl?: number
}

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
    const secret = x25519.utils.randomSecretKey()
    const openerKey = encodeUrl(x25519.getPublicKey(secret))
    const { ttl } = this.#options
    const body = { public_key: { kty: 'OKP', crv: 'X25519', x: openerKey }, ...(ttl !== undefined && { ttl }) }
    const noting = new NotingAuthorization(this.#base.authorization)
    const from = performance.now()
    const { url: keystoreUrl, capability } = this.#signed
    const opening = { method: 'POST', url: `${keystoreUrl}/sessions`, body, ...(capability && { capability }) }
    const reply = (await this.#base.authorizedBy(noting).send(opening, call)) as OpenReply
    const { session_url: url, public_key: serverKey } = reply
    const info = sessionKeyInfo({ url, capabilityHash: noting.capabilityHash, openerKey, serverKey: serverKey.x })
    const shared = x25519.getSharedSecret(secret, decodeUrl(serverKey.x))
    const key = hkdf(sha256, shared, undefined, info, sessionKeyLength)
    for (const bytes of [secret, shared]) bytes.fill(0)
    const life = reply.ttl * 1000
    return {
      id: url.slice(url.lastIndexOf('/') + 1),
      mac: text => hmac(sha256, key, text),
      renewal: from + life * renewedAfter,
      end: from + life,
    }
  }
}

/** Notes the hash of the capability that a request invokes, as it is sent. */
class NotingAuthorization implements Authorization {
  readonly #given: Authorization | undefined
  capabilityHash = ''

  constructor(given: Authorization | undefined) {
    this.#given = given
  }

  async headersOf(request: AuthorizedRequest): Promise<RequestHeaders> {
    const headers = (await this.#given?.headersOf(request)) ?? {}
    const [, invoked = ''] = /(?:capability|id)="([^"]+)"/.exec(headers['capability-invocation'] ?? '') ?? []
    this.capabilityHash = encodeUrl(sha256(encodeText(invoked)))
    return headers
  }
}

interface OpenReply {
  readonly session_url: string
  readonly public_key: { readonly x: string }
  readonly ttl: number
}
