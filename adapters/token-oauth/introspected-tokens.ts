import type { AccessToken, AccessTokenPort, Clock } from '@keyhold/core'
import {
  AuthorizationServer,
  type AuthorizationServerOptions,
  authUnavailable,
} from '../shared/authorization-server.ts'
import { readTokenFile } from '../shared/token-file.ts'
import { type ClaimOptions, readClaims } from './claims.ts'

export interface IntrospectedTokensOptions extends AuthorizationServerOptions, ClaimOptions {
  readonly introspectionUrl: string
  /** As whom this service asks. */
  readonly clientId: string
  /** A file, read for each call, so that the secret can be exchanged. */
  readonly clientSecretFile: string
}

/** Access tokens of any form, about which their issuer is asked (RFC 7662). */
export class IntrospectedTokens implements AccessTokenPort {
  readonly #server: AuthorizationServer
  readonly #options: IntrospectedTokensOptions
  readonly #clock: Clock

  constructor(options: IntrospectedTokensOptions) {
    this.#server = new AuthorizationServer(options)
    this.#options = options
    this.#clock = options.clock
  }

  async introspect(token: string): Promise<AccessToken | undefined> {
    const headers = {
      authorization: await this.#authorization(),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    }
    const body = Buffer.from(String(new URLSearchParams({ token, token_type_hint: 'access_token' })))
    const answer = await this.#server
      .ask({ method: 'POST', url: this.#options.introspectionUrl, headers, body })
      .finally(() => body.fill(0))
    const { active, token_type: type } = answer
    if (typeof active !== 'boolean') throw authUnavailable('the answer is no introspection')
    // Refresh tokens and tokens that are bound to a key can be active, too.
    const isBearer = type === undefined || (typeof type === 'string' && type.toLowerCase() === 'bearer')
    return active && isBearer ? readClaims(answer, this.#options, this.#clock.now()) : undefined
  }

  async close(): Promise<void> {
    await this.#server.close()
  }

  /** Both parts are encoded as in a form (RFC 6749 section 2.3.1). */
  async #authorization(): Promise<string> {
    const secret = await readTokenFile(this.#options.clientSecretFile).catch(authFailure)
    const pair = `${encode(this.#options.clientId)}:${encode(secret.toString('latin1'))}`
    secret.fill(0)
    return `Basic ${Buffer.from(pair).toString('base64')}`
  }
}

function authFailure(error: Error): never {
  throw authUnavailable(error)
}

function encode(text: string): string {
  return String(new URLSearchParams({ '': text })).slice(1)
}
