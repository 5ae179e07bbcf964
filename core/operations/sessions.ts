import { authorizeOpening } from '../authorization/authorize.ts'
import type { Caller } from '../authorization/caller.ts'
import { isIdentifier, newSessionId } from '../encoding/identifier.ts'
import { forbidden, invalidRequest, KmsError } from '../errors.ts'
import { findKeystore, keystoreNotFound, requireActive, resolveControlled } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import { sessionKeyContext } from '../locks/lock-context.ts'
import type { Session } from '../records/session.ts'
import { agreeSessionKey } from '../sessions/session-key.ts'
import { removeSessions } from '../sessions/sessions.ts'
import { isKeyOf } from '../zcap/chain.ts'

export interface OpenSessionCommand {
  readonly keystoreId: string
  /** The ephemeral X25519 key of whoever opens it. */
  readonly publicKey: Uint8Array
  /** Milliseconds for which it shall live, if less than the server's own. */
  readonly ttl?: number
}

export interface OpenedSession {
  readonly session: Session
  readonly url: string
  /** The server's ephemeral X25519 key. */
  readonly serverKey: Uint8Array
}

/** So many sessions of a keystore are open at once, and so many of one key. Two that are opened at once may go beyond. */
const mostOfKeystore = 256
const mostOfKey = 64
const removedAtOnce = 32
const publicKeyLength = 32
/** Letters of JSON of a chain. It is stored with each session, and all of a keystore are read when one is opened. */
const longestChain = 8192

/**
 * Opens a session for the invoker of a capability. Both sides derive its key from what their ephemeral keys agree on;
 * ours is kept locked.
 *
 * @throws KmsError INVALID_REQUEST, KEYSTORE_NOT_FOUND, FORBIDDEN, NOT_ACTIVE, LIMIT_EXCEEDED, OPERATION_UNSUPPORTED
 */
export async function openSession(kms: Kms, caller: Caller, command: OpenSessionCommand): Promise<OpenedSession> {
  const { publicKey, ttl = kms.sessions.ttl } = command
  if (kms.sessions.ttl === 0) throw new KmsError('OPERATION_UNSUPPORTED', 'this server opens no sessions')
  if (caller.kind === 'local') throw new KmsError('OPERATION_UNSUPPORTED', 'a session is opened with a capability')
  const { keystore, found } = await findKeystore(kms, caller, command.keystoreId)
  const { chain, key, capabilityHash } = await authorizeOpening(kms, caller, keystore)
  if (!found) throw keystoreNotFound()
  requireActive(keystore, 'this keystore is not active')
  if (publicKey.length !== publicKeyLength) throw invalidRequest('public_key: not one of X25519')
  if (JSON.stringify(chain).length > longestChain) throw invalidRequest('capability: too large for a session')
  if (!(ttl > 0)) throw invalidRequest('ttl: must be more than nothing')
  const openedAt = kms.ports.clock.now()
  await makeRoom(kms, keystore.id, key.id, openedAt)
  const id = newSessionId(kms.ports.random)
  const url = `${keystore.url}/sessions/${id}`
  const { secret, serverKey } = await agreeSessionKey(kms.ports.random, publicKey, { url, capabilityHash })
  const lockedKey = await secret.spend(async bytes => {
    const lock = await kms.sessions.lock()
    return lock.lock(bytes, sessionKeyContext(keystore.id, id))
  })
  const session: Session = {
    keystoreId: keystore.id,
    id,
    key: { id: key.id, controller: key.controller },
    controller: keystore.controller,
    capabilityHash,
    chain,
    lockedKey,
    openedAt,
    expires: Math.min(openedAt + Math.min(ttl, kms.sessions.ttl), chain.expires + kms.chains.policy.clockSkew * 1000),
  }
  await kms.records.addSession(session)
  kms.sessions.removeLater(session)
  return { session, url, serverKey }
}

/** Sessions that are open, of at most `limit`, for the controller. @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN */
export async function listSessions(
  kms: Kms,
  caller: Caller,
  keystoreId: string,
  limit: number,
  after?: string,
): Promise<{ readonly sessions: readonly Session[]; readonly next?: string }> {
  const keystore = await resolveControlled(kms, caller, keystoreId)
  if (after !== undefined && !isIdentifier(after)) throw invalidRequest('after: not the id of a session')
  const found = await kms.records.listSessions(keystore.id, limit, after)
  const last = found.length === limit ? found.at(-1)?.id : undefined
  const now = kms.ports.clock.now()
  const sessions = found.filter(({ expires }) => expires > now)
  return { sessions, ...(last !== undefined && { next: last }) }
}

/**
 * Closes a session: over itself, by the key that has opened it, or by the controller, also of one that has ended.
 *
 * @throws KmsError KEYSTORE_NOT_FOUND, SESSION_NOT_FOUND, FORBIDDEN
 */
export async function closeSession(
  kms: Kms,
  caller: Caller,
  { keystoreId, sessionId }: { readonly keystoreId: string; readonly sessionId: string },
): Promise<void> {
  const { keystore, found } = await findKeystore(kms, caller, keystoreId)
  const session = isIdentifier(sessionId) ? await kms.records.findSession(keystore.id, sessionId) : undefined
  if (!mayClose(caller, keystore.controller, session)) throw forbidden('the session is that of somebody else')
  if (!found) throw keystoreNotFound()
  if (session === undefined) throw sessionNotFound()
  try {
    await kms.sessions.remove(kms.records, session)
  } catch (error) {
    throw error instanceof KmsError && error.code === 'CONFLICT' ? sessionNotFound() : error
  }
}

function mayClose(caller: Caller, controller: string, session: Session | undefined): boolean {
  if (caller.kind === 'local') return true
  if (caller.kind === 'session') return caller.session.id === session?.id
  return 'key' in caller && (isKeyOf(caller.key, controller) || caller.key.id === session?.key.id)
}

/** @throws KmsError LIMIT_EXCEEDED */
async function makeRoom(kms: Kms, keystoreId: string, keyId: string, now: number): Promise<void> {
  const sessions = await kms.records.listSessions(keystoreId, mostOfKeystore)
  const open = sessions.filter(({ expires }) => expires > now)
  const ended = sessions.filter(({ expires }) => expires <= now)
  await removeSessions(kms.records, ended.slice(0, removedAtOnce))
  const own = open.filter(({ key }) => key.id === keyId)
  if (open.length >= mostOfKeystore || own.length >= mostOfKey) {
    throw new KmsError('LIMIT_EXCEEDED', 'too many sessions are open')
  }
}

function sessionNotFound(): KmsError {
  return new KmsError('SESSION_NOT_FOUND', 'there is no such session in this keystore')
}
