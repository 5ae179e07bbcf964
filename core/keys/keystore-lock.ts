import { andThen, type Soon } from '../at-once.ts'
import type { Caller } from '../authorization/caller.ts'
import { invalidRequest, KmsError } from '../errors.ts'
import type { Kms } from '../kms.ts'
import { AeadLock, lockKeyLength } from '../locks/aead-lock.ts'
import { keystoreLockContext } from '../locks/lock-context.ts'
import type { LockPort } from '../ports/index.ts'
import type { Keystore, LockScheme } from '../records/keystore.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { combineShares, readShare, type ShareField, shareRejected } from '../shamir/shares.ts'
import { isShareCheckValue, shareCheckValue, userLockKey } from '../shamir/user-lock-key.ts'

/** How the lock of a new keystore is to be opened. */
export type RequestedLock = { readonly kind: 'server-held' } | { readonly kind: 'shamir'; readonly field: ShareField }

/**
 * Makes the lock of a new keystore. Held by the server: a fresh lock key, locked by the server lock. Shared with its
 * user: nothing but the check value of the secret that the user's share and the held one combine to.
 */
export async function makeKeystoreLock(
  kms: Pick<Kms, 'ports'>,
  caller: Caller,
  keystoreId: string,
  requested: RequestedLock,
): Promise<LockScheme> {
  const { lock, random } = kms.ports
  if (requested.kind === 'shamir') {
    const { field } = requested
    const secret = await combinedSecret(kms, caller, field)
    return secret.spend(() => ({ kind: 'shamir', field, checkValue: shareCheckValue(secret, keystoreId) }))
  }
  const lockKey = new SecretBytes(random(lockKeyLength))
  const lockedKey = await lockKey.spend(bytes => lock.lock(bytes, keystoreLockContext(keystoreId)))
  return { kind: 'server-held', lockedKey }
}

/**
 * Makes sure that the shares of a lock that is shared with its user are there, whatever is done then: what was opened
 * with them by an earlier request must not serve one that does not have them.
 *
 * @throws KmsError INVALID_REQUEST, SHARE_REJECTED, SHARE_UNAVAILABLE
 */
export function requireShares(kms: Kms, caller: Caller, { id, lock }: Keystore): Soon<void> {
  if (lock.kind === 'shamir') return andThen(provenSecret(kms, caller, id, lock), () => undefined)
}

/** Lends a keystore's lock to `use`, opening it if it is not open already. */
export async function withKeystoreLock<T>(
  kms: Kms,
  caller: Caller,
  { id, lock }: Keystore,
  use: (lock: LockPort) => Promise<T>,
): Promise<T> {
  if (lock.kind === 'shamir') return use(await userLock(kms, caller, id, lock))
  const { ports, openedLocks, observeLock } = kms
  const open = async () => {
    const lockKey = await ports.lock.unlock(lock.lockedKey, keystoreLockContext(id))
    return observeLock(new AeadLock('keystore', lockKey, ports.random))
  }
  return openedLocks.use(id, lock.lockedKey, open, use)
}

type SharedLock = Extract<LockScheme, { kind: 'shamir' }>

async function userLock(kms: Kms, caller: Caller, keystoreId: string, scheme: SharedLock): Promise<LockPort> {
  const secret = await provenSecret(kms, caller, keystoreId, scheme)
  const open = async () => kms.observeLock(new AeadLock('user', userLockKey(secret, keystoreId), kms.ports.random))
  return userShareOf(caller).lockOf(keystoreId, open)
}

/** The secret of both shares, if it is the keystore's. It is the user share's to wipe. */
async function provenSecret(kms: Kms, caller: Caller, id: string, { field, checkValue }: SharedLock) {
  return userShareOf(caller).secretOf(id, async () => {
    const secret = await combinedSecret(kms, caller, field)
    if (isShareCheckValue(checkValue, secret, id)) return secret
    secret.wipe()
    throw shareRejected('not the secret of this keystore')
  })
}

async function combinedSecret({ ports }: Pick<Kms, 'ports'>, caller: Caller, field: ShareField): Promise<SecretBytes> {
  const { shares } = ports
  if (shares === undefined) {
    throw new KmsError('OPERATION_UNSUPPORTED', 'this server opens no lock that is shared with its user')
  }
  const { subject, text } = userShareOf(caller)
  // The one text that cannot be bytes: decoding base64 begins with it.
  const own = readShare(
    field,
    // A view: a copy would stay.
    text.lend(({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length).toString('latin1')),
  )
  return own.spend(async () => {
    const held = await shares.fetchShare(subject)
    return held.spend(() => combineShares(field, own, held))
  })
}

function userShareOf({ userShare }: Caller) {
  if (userShare !== undefined) return userShare
  throw invalidRequest('Secret-Share: the lock is shared with its user, and no share of a known subject was sent')
}
