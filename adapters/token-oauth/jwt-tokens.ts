import { type AccessToken, type AccessTokenPort, type Clock, KmsError } from '@keyhold/core'
import { type JWTPayload, jwtVerify } from 'jose'
import {
  AuthorizationServer,
  type AuthorizationServerOptions,
  authUnavailable,
} from '../shared/authorization-server.ts'
import { type ClaimOptions, readClaims } from './claims.ts'
import { KeySet } from './key-set.ts'

export interface JwtTokensOptions extends AuthorizationServerOptions, ClaimOptions {
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string
  /** The algorithms (RFC 7518, RFC 8037) that are taken; none of them may be symmetric. */
  readonly algorithms: readonly string[]
}

/** All that RFC 9068 section 2.2 requires, but `iss` and `aud`, which are compared. */
const requiredClaims = ['exp', 'sub', 'client_id', 'iat', 'jti']

/** Access tokens that are JWTs (RFC 9068), verified by the keys that their issuer publishes. */
export class JwtTokens implements AccessTokenPort {
  readonly #server: AuthorizationServer
  readonly #keys: KeySet
  readonly #options: JwtTokensOptions
  readonly #clock: Clock
  #closed = false

  constructor(options: JwtTokensOptions) {
    this.#server = new AuthorizationServer(options)
    this.#keys = new KeySet(this.#server, options.jwksUrl, options.clock)
    this.#options = options
    this.#clock = options.clock
  }

  async introspect(token: string): Promise<AccessToken | undefined> {
    if (this.#closed) throw authUnavailable('it is closed')
    const now = this.#clock.now()
    const claims = await this.#verify(token, now)
    return claims && readClaims(claims, this.#options, now)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#server.close()
  }

  async #verify(token: string, now: number): Promise<JWTPayload | undefined> {
    const { issuer, audience, algorithms, clockSkew } = this.#options
    try {
      const { payload } = await jwtVerify(token, this.#keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        // An ID token of the same issuer is no access token (RFC 9068 section 4).
        typ: 'at+jwt',
        requiredClaims,
        currentDate: new Date(now),
        clockTolerance: clockSkew / 1000,
      })
      return payload
    } catch (error) {
      if (error instanceof KmsError) throw error
      // Whatever else is wrong is wrong with the token, or with the key that it names.
      return undefined
    }
  }
}
