import { type AccessToken, type PublicJwk, readAccessRights, type TokenOwner } from '@keyhold/core'
import { calculateJwkThumbprint } from 'jose'
import { authUnavailable, type JsonObject } from '../shared/authorization-server.ts'
import { endOf, isFor, subjectOf } from '../shared/token-claims.ts'
import { tokenKey } from './token-key.ts'

export interface IntrospectionOptions {
  /** Whose subjects they are. */
  readonly issuer: string
  /** The `type` of access rights that are about this service. */
  readonly type: string
  /** What `aud` must hold where it is said. */
  readonly audience?: string
  /** Milliseconds by which the server's clock may be behind ours. */
  readonly clockSkew: number
}

/**
 * What a GNAP server has answered about a token (RFC 9767 section 3.3, and TrustBloc's `subject_data`). Undefined if the
 * token is not active, or bound to something that cannot be verified here.
 *
 * @param now Unix time, milliseconds
 * @throws KmsError AUTH_UNAVAILABLE if it is no such answer
 */
export async function readIntrospection(
  answer: JsonObject,
  { issuer, type, audience, clockSkew }: IntrospectionOptions,
  now: number,
): Promise<AccessToken | undefined> {
  const { active, access, key, aud, sub, subject_data: subjects } = answer
  if (typeof active !== 'boolean') throw authUnavailable('the answer is no introspection')
  const expires = endOf(answer, now, clockSkew)
  if (!active || expires === undefined || (aud !== undefined && !isFor(answer, audience))) return undefined
  const jwk = key === undefined ? undefined : jwkOf(key)
  if (key !== undefined && (jwk === undefined || tokenKey(jwk) === undefined)) return undefined
  const named = [sub, isObject(subjects) ? subjects['sub'] : undefined].filter(each => each !== undefined)
  const owner = await ownerOf(issuer, named, jwk)
  if (owner === undefined) return undefined
  const rights = readAccessRights(Array.isArray(access) ? access : [], type)
  return { owner, rights, expires, ...(jwk && { key: jwk }) }
}

/** The subject, if the server names one; else the key. Undefined if neither says whose token it is. */
async function ownerOf(
  issuer: string,
  named: readonly unknown[],
  jwk: PublicJwk | undefined,
): Promise<TokenOwner | undefined> {
  const [subject] = named
  if (subject === undefined) return jwk && { thumbprint: await calculateJwkThumbprint(jwk) }
  const isOne = named.every(each => each === subject)
  const known = isOne ? subjectOf(subject) : undefined
  return known === undefined ? undefined : { issuer, subject: known }
}

/** A key by value whose holder signs messages (RFC 9635 section 7.1). A reference to a key is none that is known here. */
function jwkOf(key: unknown): PublicJwk | undefined {
  if (!isObject(key)) return undefined
  const { proof, jwk } = key
  const method = isObject(proof) ? proof['method'] : proof
  return method === 'httpsig' && isObject(jwk) ? jwk : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
