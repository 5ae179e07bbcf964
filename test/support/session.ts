import {
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { compressCapability } from '@keyhold/client'
import type { Reply, SignedServer, SigningCaller } from './signing-caller.ts'

/** A session as its opener has it. Nothing of the product's own code for sessions has a part in this file. */
export interface OpenSession {
  readonly id: string
  readonly url: string
  readonly key: Buffer
  readonly expires: number
}

export interface Opening {
  readonly request: { readonly public_key: { readonly kty: 'OKP'; readonly crv: 'X25519'; readonly x: string } }
  /** What the answer to the request amounts to. */
  readonly read: (answer: Reply['body'], capabilityText: string) => OpenSession
}

export function newOpening(): Opening {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return {
    request: { public_key: { kty: 'OKP', crv: 'X25519', x } },
    read(answer, text) {
      const { session_url: url, public_key: serverKey, expires } = answer
      const hash = createHash('sha256').update(text).digest('base64url')
      const info = ['keyhold/session/v1', url, hash, x, serverKey.x].join('\n')
      const key = Buffer.from(hkdfSync('sha256', agreed(privateKey, serverKey), '', info, 32))
      return { id: url.slice(url.lastIndexOf('/') + 1), url, key, expires: Date.parse(expires) }
    },
  }
}

function agreed(privateKey: KeyObject, { x }: { readonly x: string }): Buffer {
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x } })
  return diffieHellman({ privateKey, publicKey })
}

/** Opens a session with a capability of TrustBloc's dialect. */
export async function openSession(
  caller: SigningCaller,
  keystoreUrl: string,
  capability: object,
  more: object = {},
): Promise<OpenSession> {
  const opening = newOpening()
  const request = { ...opening.request, ...more }
  const { status, body } = await caller.send('POST', `${keystoreUrl}/sessions`, request, capability)
  if (status !== 200) throw new Error(`the opening came to ${status} ${JSON.stringify(body)}`)
  return opening.read(body, await compressCapability(capability, true))
}

/** A request over a session, whose parts can be made wrong one by one. */
export interface SessionRequest {
  readonly method: string
  readonly url: string
  readonly body?: object
  /** Unix time, seconds. */
  readonly created: number
  readonly expires?: number
  readonly covered?: readonly string[]
  readonly keyId?: string
  readonly algorithm?: string
  /** What is covered in place of what is sent. */
  readonly signedUrl?: string
  readonly signedBody?: object
  readonly mac?: (mac: Buffer) => Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export function payloadOf({ body }: SessionRequest): Buffer | undefined {
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body))
}

export function sessionHeaders(session: Pick<OpenSession, 'id' | 'key'>, request: SessionRequest) {
  const { method, url, body, created, expires, keyId = session.id, algorithm = 'hmac-sha256' } = request
  const digest = createHash('sha256')
    .update(JSON.stringify(request.signedBody ?? body ?? ''))
    .digest('base64')
  const sent = { ...(body !== undefined && { digest: `SHA-256=${digest}` }), ...request.headers }
  const covered = request.covered ?? ['(key-id)', '(request-target)', '(created)', ...(body ? ['digest'] : [])]
  const { pathname, search } = new URL(request.signedUrl ?? url)
  const parts: Readonly<Record<string, string | number | undefined>> = {
    '(request-target)': `${method.toLowerCase()} ${pathname}${search}`,
    '(created)': created,
    '(expires)': expires,
    '(key-id)': keyId,
    ...sent,
  }
  const text = covered.map(name => `${name}: ${parts[name] ?? ''}`).join('\n')
  const made = createHmac('sha256', session.key).update(text, 'latin1').digest()
  const mac = (request.mac?.(made) ?? made).toString('base64')
  const times = `created=${created}${expires === undefined ? '' : `,expires=${expires}`}`
  const parameters = `keyId="${keyId}",algorithm="${algorithm}",${times},headers="${covered.join(' ')}",signature="${mac}"`
  return { ...sent, ...(body && { 'content-type': 'application/json' }), authorization: `Signature ${parameters}` }
}

/** Sends a request over a session. */
export function sendOver(server: SignedServer, session: OpenSession, request: SessionRequest): Promise<Reply> {
  return server.raw(request.method, request.url, sessionHeaders(session, request), payloadOf(request))
}
