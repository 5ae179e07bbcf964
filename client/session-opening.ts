import { sessionKeyInfo, sessionKeyLength } from '@keyhold/core/wire'
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Authorization, AuthorizedRequest } from './authorization.ts'
import { decodeUrl, encodeText, encodeUrl } from './bytes.ts'
import type { Resource } from './resource.ts'
import type { RequestHeaders } from './signed-request.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface SessionOptions {
  /** Seconds for which each session shall live at most. Default: what the service says. */
  readonly ttl?: number
}

/** A session that was opened: its id, its key, and the seconds for which it lives. */
export interface OpenedSession {
  readonly id: string
  readonly key: Uint8Array
  readonly ttl: number
}

/** Opens a session with the capability of a keystore. The key is agreed on by ephemeral X25519 keys, and not sent. */
export async function openSession(
  transport: Transport,
  { url: keystoreUrl, capability }: Pick<Resource, 'url' | 'capability'>,
  { ttl: wanted }: SessionOptions = {},
  options?: CallOptions,
): Promise<OpenedSession> {
  const secret = x25519.utils.randomSecretKey()
  const openerKey = encodeUrl(x25519.getPublicKey(secret))
  const body = { public_key: { kty: 'OKP', crv: 'X25519', x: openerKey }, ...(wanted !== undefined && { ttl: wanted }) }
  const noting = new NotingAuthorization(transport.authorization)
  const opening = { method: 'POST', url: `${keystoreUrl}/sessions`, body, ...(capability && { capability }) }
  const reply = (await transport.authorizedBy(noting).send(opening, options)) as OpenReply
  const { session_url: url, public_key: serverKey, ttl } = reply
  const info = sessionKeyInfo({ url, capabilityHash: noting.capabilityHash, openerKey, serverKey: serverKey.x })
  const shared = x25519.getSharedSecret(secret, decodeUrl(serverKey.x))
  const key = hkdf(sha256, shared, undefined, info, sessionKeyLength)
  for (const bytes of [secret, shared]) bytes.fill(0)
  return { id: url.slice(url.lastIndexOf('/') + 1), key, ttl }
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
