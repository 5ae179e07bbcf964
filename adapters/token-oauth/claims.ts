import { type AccessToken, readAccessRights } from '@keyhold/core'
import type { JsonObject } from '../shared/authorization-server.ts'
import { endOf, isFor, subjectOf } from '../shared/token-claims.ts'

export interface ClaimOptions {
  /** The issuer identifier, letter by letter. */
  readonly issuer: string
  /** What `aud` must hold. */
  readonly audience: string
  /** What access rights for this service are called. */
  readonly type: string
  /** Milliseconds by which the issuer's clock may be behind ours. */
  readonly clockSkew: number
}

/**
 * What is known of an OAuth 2.0 access token whose claims are true (RFC 9068 section 2.2, RFC 7662 section 2.2). Undefined if
 * it is of another issuer, for another audience, of nobody, or not valid now.
 *
 * @param now Unix time, milliseconds
 */
export function readClaims(
  claims: JsonObject,
  { issuer, audience, type, clockSkew }: ClaimOptions,
  now: number,
): AccessToken | undefined {
  const { iss = issuer, sub, cnf, scope, authorization_details: details } = claims
  const expires = endOf(claims, now, clockSkew)
  const subject = subjectOf(sub)
  const isOurs = iss === issuer && isFor(claims, audience)
  // Bound to a key or certificate (RFC 7800), which its sender would have to prove in a way that is not known here.
  const isBound = cnf !== undefined
  if (expires === undefined || subject === undefined || !isOurs || isBound) return undefined
  const scopes = typeof scope === 'string' ? scope.split(' ') : []
  const rights = readAccessRights([...scopes, ...(Array.isArray(details) ? details : [])], type)
  return { owner: { issuer, subject }, rights, expires }
}
