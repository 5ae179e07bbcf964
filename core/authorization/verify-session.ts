import { andThen, type Soon } from '../at-once.ts'
import { isIdentifier } from '../encoding/identifier.ts'
import { unauthenticated } from '../errors.ts'
import type { Kms } from '../kms.ts'
import type { Session } from '../records/session.ts'

/** A text that somebody says to have made a MAC of, over a session. */
export interface SessionMac {
  readonly keystoreId: string
  readonly sessionId: string
  readonly text: Uint8Array
  readonly mac: Uint8Array
}

/**
 * Finds the session by which a text was made. What it is worth now says `authorize`.
 *
 * @throws KmsError UNAUTHENTICATED
 */
export function verifySession(kms: Kms, { keystoreId, sessionId, text, mac }: SessionMac): Soon<Session> {
  const isNamed = isIdentifier(keystoreId) && isIdentifier(sessionId)
  return andThen(isNamed ? kms.sessions.find(kms.records, keystoreId, sessionId) : undefined, session => {
    if (session === undefined) throw unauthenticated('there is no such session')
    if (session.expires <= kms.ports.clock.now()) throw unauthenticated('the session has ended')
    return andThen(kms.sessions.verify(session, mac, text), isValid => {
      if (!isValid) throw unauthenticated('the MAC is not one of the session')
      return session
    })
  })
}
