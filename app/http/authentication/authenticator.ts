import type { Caller, Soon } from '@keyhold/core'
import type { FastifyRequest } from 'fastify'
import '../audit.ts'
import '../user-share.ts'
import type { BodyDigest } from './body-digest.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request, as far as it was proven; null outside the routes that need a caller. */
    proven: Proven | null
  }
  interface FastifyContextConfig {
    /** Set on a route whose repetition would do something again: its signed requests are taken once. */
    once?: boolean
    /** Set on a route whose requests must be signed whole, also by clients of long ago. */
    wholly?: boolean
  }
}

export interface Proven {
  /** Nobody else's object: what the request brings along is noted on it. */
  readonly caller: Caller
  /** The digest that was signed; the body must have it. */
  readonly digest?: BodyDigest | undefined
  /** Set if the signature covers less than it must where that is not allowed for the sake of old clients. */
  readonly legacyCoverage?: true | undefined
}

/**
 * Finds out who makes a request, from its method, path and headers, before its body is read. Whether the caller may do
 * what is asked is decided in the core, where the keystore is in hand. @throws KmsError UNAUTHENTICATED
 */
export type Authenticator = (request: FastifyRequest) => Soon<Proven>

/** How the callers of the four kinds of routes prove who they are. */
export interface Authenticators {
  /** Creating a keystore. */
  readonly admission: Authenticator
  /** What is the controller's own: describing, handing over, revoking. */
  readonly signer: Authenticator
  /** What may be public: who signs is known, and nobody has to. */
  readonly visitor: Authenticator
  /** Everything else. */
  readonly invoker: Authenticator
  /** What is said with every 401: how a caller could prove who it is (RFC 9110 section 11.6.1). Default: nothing. */
  readonly challenges?: readonly string[]
}

/** The caller of a request to a route inside such a scope. */
export function callerOf(request: FastifyRequest): Caller {
  const { proven, userShare } = request
  if (proven === null) throw new Error('a route that needs a caller stands outside the authenticated scopes')
  if (request.trail === null) request.trail = {}
  const caller: { -readonly [Name in 'trail' | 'userShare']?: Caller[Name] } = proven.caller
  // A copy with more members would take as long as a MAC.
  if (request.trail !== undefined) caller.trail = request.trail
  if (userShare !== null) caller.userShare = userShare
  return proven.caller
}
