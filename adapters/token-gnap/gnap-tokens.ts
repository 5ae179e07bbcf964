import { createHash } from 'node:crypto'
import type { AccessToken, AccessTokenPort, Clock, VerifyMessage } from '@keyhold/core'
import { httpbis } from 'http-message-signatures'
import { AuthorizationServer, type AuthorizationServerOptions } from '../shared/authorization-server.ts'
import { type IntrospectionOptions, readIntrospection } from './introspection.ts'
import { readSigningKey, type SigningKey } from './signing-key.ts'
import { verifyMessage } from './verify-message.ts'

export interface GnapTokensOptions extends AuthorizationServerOptions, Omit<IntrospectionOptions, 'issuer'> {
  /** Where the authorization server is, without a slash at the end; its subjects are known under this name. */
  readonly url: string
  /** A PEM file. */
  readonly signingKeyFile: string
}

export interface Gnap {
  readonly tokens: AccessTokenPort
  readonly verifyMessage: VerifyMessage
}

/** Opens the tokens of a GNAP authorization server (RFC 9635, RFC 9767). Nothing is asked of it yet. @throws SigningKeyFileError */
export async function openGnap({ signingKeyFile, ...options }: GnapTokensOptions): Promise<Gnap> {
  return { tokens: new GnapTokens(options, await readSigningKey(signingKeyFile)), verifyMessage }
}

const covered = ['@method', '@target-uri', 'content-digest']

class GnapTokens implements AccessTokenPort {
  readonly #server: AuthorizationServer
  readonly #endpoint: string
  readonly #options: IntrospectionOptions
  readonly #clock: Clock
  readonly #key: SigningKey

  constructor({ url, ...options }: Omit<GnapTokensOptions, 'signingKeyFile'>, key: SigningKey) {
    this.#server = new AuthorizationServer(options)
    this.#endpoint = `${url}/gnap/introspect`
    this.#options = { ...options, issuer: url }
    this.#clock = options.clock
    this.#key = key
  }

  async introspect(token: string): Promise<AccessToken | undefined> {
    const { jwk } = this.#key
    const resource_server = { key: { proof: 'httpsig', jwk } }
    const body = Buffer.from(JSON.stringify({ access_token: token, proof: 'httpsig', resource_server }))
    try {
      const headers = await this.#signed(body)
      const answer = await this.#server.ask({ method: 'POST', url: this.#endpoint, headers, body })
      return await readIntrospection(answer, this.#options, this.#clock.now())
    } finally {
      body.fill(0)
    }
  }

  async close(): Promise<void> {
    await this.#server.close()
  }

  /** The server knows resource servers by their keys, and answers nobody else (RFC 9767 section 3.3). */
  async #signed(body: Uint8Array): Promise<Record<string, string>> {
    const digest = createHash('sha256').update(body).digest('base64')
    const headers = { 'content-type': 'application/json', 'content-digest': `sha-256=:${digest}:` }
    const signed = await httpbis.signMessage(
      {
        key: { id: this.#key.jwk.kid, sign: async data => this.#key.sign(data) },
        name: 'sig1',
        fields: covered,
        params: ['created', 'keyid'],
        paramValues: { created: new Date(this.#clock.now()) },
      },
      { method: 'POST', url: this.#endpoint, headers },
    )
    return signed.headers as Record<string, string>
  }
}
