import { sameBytes } from '../algorithms/hmac.ts'
import { keystoreLockContext, serverKeyContext, vaultKeyContext } from '../locks/lock-context.ts'
import { lockRejected, readSealed } from '../locks/sealed.ts'
import type { LockContext } from '../ports/index.ts'
import type { Succession } from '../records/header-succession.ts'
import type { EdvBinding, Keystore, LockScheme } from '../records/keystore.ts'
import type { ServerKey } from '../records/server-key.ts'

/** A keystore with everything sealed by the new lock that the server lock seals; itself if all of it is. */
export async function resealKeystore(keystore: Keystore, locks: Succession): Promise<Keystore> {
  const { id, lock, edv } = keystore
  const [newLock, newEdv] = [await resealLock(id, lock, locks), edv && (await resealEdv(id, edv, locks))]
  if (newLock === lock && newEdv === edv) return keystore
  return { ...keystore, lock: newLock, ...(newEdv && { edv: newEdv }), revision: keystore.revision + 1 }
}

/** The same for a key of the server's own. */
export async function resealServerKey(key: ServerKey, locks: Succession): Promise<ServerKey> {
  const locked = await reseal(key.locked, serverKeyContext(key.name), locks)
  return locked === key.locked ? key : { ...key, locked, revision: key.revision + 1 }
}

async function resealLock(id: string, scheme: LockScheme, locks: Succession): Promise<LockScheme> {
  // The lock of the other kind is opened by its shares alone.
  if (scheme.kind === 'shamir') return scheme
  const lockedKey = await reseal(scheme.lockedKey, keystoreLockContext(id), locks)
  return lockedKey === scheme.lockedKey ? scheme : { ...scheme, lockedKey }
}

async function resealEdv(id: string, edv: EdvBinding, locks: Succession): Promise<EdvBinding> {
  const lockedRecipientKey = await reseal(edv.lockedRecipientKey, vaultKeyContext('edv-recipient-key', id), locks)
  const lockedMacKey = await reseal(edv.lockedMacKey, vaultKeyContext('edv-mac-key', id), locks)
  const isSame = lockedRecipientKey === edv.lockedRecipientKey && lockedMacKey === edv.lockedMacKey
  return isSame ? edv : { ...edv, lockedRecipientKey, lockedMacKey }
}

/**
 * A locked secret, locked by the new lock. It is opened once before anything relies on it: what a lock cannot open, be
 * it that nobody has allowed us to, must not take the place of what the other one can.
 *
 * @throws KmsError LOCK_REJECTED if neither of the locks has locked it for this context
 */
export async function reseal(locked: Uint8Array, context: LockContext, locks: Succession): Promise<Uint8Array> {
  const { lock, former } = locks
  if (readSealed(locked)?.lockId === lock.id) return locked
  const secret = await former.unlock(locked, context)
  return secret.spend(async bytes => {
    const anew = await lock.lock(bytes, context)
    const opened = await lock.unlock(anew, context)
    if (!(await opened.spend(again => sameBytes(again, bytes)))) throw lockRejected('the new lock opens something else')
    return anew
  })
}
