import type { Clock } from '@keyhold/core'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { type AuthorizationServer, authUnavailable } from '../shared/authorization-server.ts'

/** Milliseconds after which keys are fetched again, and after which they are none any more if they cannot be. */
const fresh = 600_000
const grace = 3_600_000
/** Milliseconds between two fetches at least, whatever is asked for: anybody can make up the name of a key. */
const pause = 30_000

/**
 * The keys of an issuer (RFC 7517 section 5), as it publishes them. A key that is not among them may be new, so they are
 * fetched again; while they cannot be, the last ones are good for an hour.
 */
export class KeySet {
  readonly #server: AuthorizationServer
  readonly #url: string
  readonly #clock: Clock
  #keys: JWTVerifyGetKey | undefined
  #fetchedAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  #fetching: Promise<JWTVerifyGetKey> | undefined

  constructor(server: AuthorizationServer, url: string, clock: Clock) {
    this.#server = server
    this.#url = url
    this.#clock = clock
  }

  /** The key that a token names. @throws JOSEError if there is none; KmsError AUTH_UNAVAILABLE */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#current()
    try {
      return await keys(header, token)
    } catch (error) {
      const mayBeNew = error instanceof errors.JWKSNoMatchingKey && this.#since(this.#triedAt) >= pause
      if (!mayBeNew) throw error
      return (await this.#fetch())(header, token)
    }
  }

  async #current(): Promise<JWTVerifyGetKey> {
    const keys = this.#since(this.#fetchedAt) < grace ? this.#keys : undefined
    if (keys === undefined) return this.#fetch()
    const isDue = this.#since(this.#fetchedAt) >= fresh && this.#since(this.#triedAt) >= pause
    return isDue ? this.#fetch().catch(() => keys) : keys
  }

  /** Once for all who wait for it. */
  #fetch(): Promise<JWTVerifyGetKey> {
    this.#fetching ??= this.#fetchNow().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetchNow(): Promise<JWTVerifyGetKey> {
    this.#triedAt = this.#clock.elapsed()
    const headers = { accept: 'application/jwk-set+json, application/json' }
    const answer = await this.#server.ask({ method: 'GET', url: this.#url, headers })
    this.#keys = read(answer)
    this.#fetchedAt = this.#clock.elapsed()
    return this.#keys
  }

  #since(time: number): number {
    return this.#clock.elapsed() - time
  }
}

function read(answer: object): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(answer as JSONWebKeySet)
  } catch {
    throw authUnavailable('the answer is no set of keys')
  }
}
