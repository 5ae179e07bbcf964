import { forbidden, invalidRequest, SecretBytes, UserShare } from '@keyhold/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { headOf } from './authentication/signed-head.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request brings to open a lock that is shared with its user. Wiped when it has been answered. */
    userShare: UserShare | null
  }
}

const longestShare = 1024
const longestSubject = 512

/**
 * Reads `Secret-Share`. Whose it is says the access token of the request; if that says nothing, `Auth-User` does. Anyone
 * could write a name there, so it is believed only if a proxy that has verified it says so; without a name that is
 * believed there is no share.
 */
export function readUserShares(app: FastifyInstance, isTrusted: (address: string) => boolean): void {
  app.decorateRequest('userShare', null)
  // Not before it is known who makes the request.
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { 'secret-share': share, 'auth-user': user } = request.headers
    if (share === undefined && user === undefined) return done(null, payload)
    try {
      request.userShare = userShareOf(request, isTrusted)
      done(null, payload)
    } catch (error) {
      done(error as Error)
    }
  })
  // Not when the answer has gone out: that of a client that is gone never does.
  app.addHook('onSend', ({ userShare }, _reply, payload, done) => {
    if (userShare === null) return done(null, payload)
    userShare.close().then(() => done(null, payload), done)
  })
}

function userShareOf(request: FastifyRequest, isTrusted: (address: string) => boolean): UserShare | null {
  const { 'secret-share': shares, 'auth-user': subjects } = headOf(request).headers
  const share = only(shares, longestShare, 'Secret-Share')
  const named = isTrusted(request.ip) ? utf8Of(only(subjects, longestSubject, 'Auth-User')) : ''
  const proven = subjectOf(request)
  if (named !== '' && proven !== undefined && named !== proven) {
    throw forbidden('Auth-User names somebody else than the token does')
  }
  const subject = proven ?? named
  if (share === '' || subject === '') return null
  return new UserShare(subject, new SecretBytes(Buffer.from(share, 'latin1')))
}

/** Whom the access token of a request was issued to, if it has one that says so. */
function subjectOf({ proven }: FastifyRequest): string | undefined {
  if (proven?.caller.kind !== 'token') return undefined
  const { owner } = proven.caller.token
  return 'subject' in owner ? owner.subject : undefined
}

/** The value of a header; empty if it was not sent. @throws KmsError INVALID_REQUEST */
function only(values: readonly string[] | undefined, longest: number, name: string): string {
  const [value = '', ...others] = values ?? []
  if (others.length > 0 || value.length > longest) throw invalidRequest(`${name}: must be sent once, and be short`)
  return value
}

/** A header's bytes arrive as a text of latin1, and a proxy writes names in UTF-8. @throws KmsError INVALID_REQUEST */
function utf8Of(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'latin1'))
  } catch (cause) {
    throw invalidRequest('Auth-User: not UTF-8', cause)
  }
}
