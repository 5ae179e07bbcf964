import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Fault, LoopbackServer } from './loopback-server.ts'

/** What is answered of a token: the members of RFC 9767 section 3.3 beside `active`. */
export type GnapToken = Readonly<Record<string, unknown>>

/**
 * The introspection of TrustBloc's GNAP authorization server, in memory. It checks what the real one checks, with nothing
 * of the product's: the resource server's signature, by the key in the body, over method, target and digest.
 */
export class FakeGnapServer extends LoopbackServer {
  /** Answers in place of the server while it is set. */
  fault: Fault | undefined
  readonly tokens = new Map<string, GnapToken>()
  /** The tokens that were asked about. */
  readonly asked: string[] = []
  /** Why requests were refused. */
  readonly refused: string[] = []

  protected override async serve(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const { access_token: token, resource_server: server } = JSON.parse(body.toString())
    this.asked.push(token)
    if (this.fault !== undefined) return this.fault(request, response, body)
    const refusal = refusalOf(request, body, `${this.url}${request.url}`, server?.key?.jwk)
    if (refusal !== undefined) {
      this.refused.push(refusal)
      response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8' }).end('{"error":"request_denied"}\n')
      return
    }
    const known = this.tokens.get(token)
    const answer = JSON.stringify(known === undefined ? { active: false } : { active: true, ...known })
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
  }
}

function refusalOf({ method, headers, url }: IncomingMessage, body: Buffer, target: string, jwk: JsonKey) {
  if (method !== 'POST' || url !== '/gnap/introspect') return 'nothing is there'
  const digest = headers['content-digest']
  if (digest !== contentDigest(body)) return 'the digest is not that of the body'
  const input = String(headers['signature-input'])
  const [, parameters = '', created, keyId] =
    /^sig1=(\("@method" "@target-uri" "content-digest"\);created=(\d+);keyid="([^"]+)")$/.exec(input) ?? []
  if (keyId !== jwk['kid'] || keyId !== thumbprintOf(jwk)) return 'the key is not named by its thumbprint'
  if (created === undefined) return 'it does not say when it was made'
  const covered = [`"@method": POST`, `"@target-uri": ${target}`, `"content-digest": ${digest}`]
  const text = [...covered, `"@signature-params": ${parameters}`].join('\n')
  const [, signature = ''] = /^sig1=:(.+):$/.exec(String(headers['signature'])) ?? []
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  const p1363 = { key, dsaEncoding: 'ieee-p1363' } as const
  return verify('sha256', Buffer.from(text), p1363, Buffer.from(signature, 'base64')) ? undefined : 'wrong signature'
}

type JsonKey = Readonly<Record<string, string>>

/** RFC 7638. */
export function thumbprintOf({ crv = '', kty = '', x = '', y }: JsonKey): string {
  const members = { crv, kty, x, ...(y !== undefined && { y }) }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}

export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
}

/** A client of such a server: it has a key, and signs its requests with it by hand (RFC 9421 section 2.5). */
export class GnapClient {
  readonly jwk: JsonKey
  readonly #key: KeyObject

  /** @param key on P-256; a new one unless it is given */
  constructor(key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) {
    const { kty = '', crv = '', x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' })
    const jwk = { kty, crv, x, y }
    this.jwk = { ...jwk, kid: thumbprintOf(jwk), alg: 'ES256' }
    this.#key = key
  }

  /** What an introspection says of the key. */
  get key(): object {
    return { proof: 'httpsig', jwk: this.jwk }
  }

  /**
   * The headers of a request that uses a token, as TrustBloc's client sends them.
   *
   * @param now Unix time, milliseconds
   */
  headers(token: string, method: string, url: string, body: Uint8Array | undefined, now: number) {
    const authorization = `GNAP ${token}`
    const digest = body && { 'content-digest': contentDigest(body) }
    const values = { '@method': method, '@target-uri': url, ...digest, authorization }
    const names = Object.keys(values).map(name => `"${name}"`)
    const parameters = `(${names.join(' ')});created=${Math.floor(now / 1000)};keyid="${this.jwk['kid']}"`
    return { authorization, ...digest, ...this.sign(values, parameters) }
  }

  /** Signs the values of components, for the parameters that name them. */
  sign(values: Readonly<Record<string, string>>, parameters: string) {
    const lines = Object.entries(values).map(([name, value]) => `"${name}": ${value}`)
    const text = [...lines, `"@signature-params": ${parameters}`].join('\n')
    const bytes = sign('sha256', Buffer.from(text), { key: this.#key, dsaEncoding: 'ieee-p1363' })
    return { 'signature-input': `sig1=${parameters}`, signature: `sig1=:${bytes.toString('base64')}:` }
  }
}

/** Writes a new signing key, as the reference takes it. */
export async function writeSigningKey(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(file, privateKey.export({ format: 'pem', type: 'sec1' }), { mode: 0o600 })
}
