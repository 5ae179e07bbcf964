import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Fault, LoopbackServer } from './loopback-server.ts'

export type Claims = Readonly<Record<string, unknown>>

/** A key of an issuer, under the name that tokens give it. */
export interface IssuerKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256' | 'EdDSA'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function newIssuerKey(kid: string, alg: IssuerKey['alg'] = 'ES256'): IssuerKey {
  switch (alg) {
    case 'ES256':
      return { kid, alg, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
    case 'RS256':
      return { kid, alg, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }
    case 'EdDSA':
      return { kid, alg, ...generateKeyPairSync('ed25519') }
  }
}

/** A JWT (RFC 7519), made by hand. @param header members beside or instead of `alg`, `typ` and `kid` */
export function makeJwt(key: IssuerKey, claims: Claims, header: Claims = {}): string {
  const { kid, alg, privateKey, publicKey } = key
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const written = { alg, typ: 'at+jwt', kid, ...header }
  const text = `${encode(written)}.${encode(claims)}`
  const data = Buffer.from(text)
  // What a verifier that takes the header's word would do with the public key that it has.
  const secret = publicKey.export({ type: 'spki', format: 'pem' })
  const signatures: Readonly<Record<string, () => Buffer>> = {
    none: () => Buffer.alloc(0),
    HS256: () => createHmac('sha256', secret).update(data).digest(),
    RS256: () => sign('sha256', data, privateKey),
    ES256: () => sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    EdDSA: () => sign(null, data, privateKey),
  }
  const signature = (signatures[String(written.alg)] ?? signatures[alg])?.() ?? Buffer.alloc(0)
  return `${text}.${signature.toString('base64url')}`
}

/** An OAuth 2.0 issuer, in memory: its keys, and the introspection of its tokens (RFC 7662). Its URL is its identifier. */
export class FakeOAuthIssuer extends LoopbackServer {
  /** Answers in place of the server while it is set. */
  fault: Fault | undefined
  /** Published. */
  keys: readonly IssuerKey[] = []
  readonly tokens = new Map<string, Claims>()
  /** The tokens that were asked about. */
  readonly asked: string[] = []
  /** How often the keys were fetched. */
  fetched = 0
  /** Of the client that may ask, as a form encodes them. */
  credentials = 'keyhold:secret'

  protected override async serve(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const { method, url, headers } = request
    const form = new URLSearchParams(body.toString())
    const token = form.get('token') ?? ''
    if (url === '/jwks') this.fetched += 1
    else this.asked.push(token)
    if (this.fault !== undefined) return this.fault(request, response, body)
    const answer = (status: number, body: object) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (method === 'GET' && url === '/jwks') return answer(200, { keys: this.keys.map(publicJwk) })
    const isForm = headers['content-type'] === 'application/x-www-form-urlencoded'
    if (method !== 'POST' || url !== '/introspect' || !isForm) return answer(404, {})
    const isClient = headers.authorization === `Basic ${Buffer.from(this.credentials).toString('base64')}`
    if (!isClient) return answer(401, { error: 'invalid_client' })
    const known = this.tokens.get(token)
    answer(200, known === undefined ? { active: false } : { active: true, ...known })
  }
}

function publicJwk({ kid, alg, publicKey }: IssuerKey): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
}
