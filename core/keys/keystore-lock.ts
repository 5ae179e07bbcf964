import { KmsError } from '../errors.ts'
import type { Kms } from '../kms.ts'
import { AeadLock, lockKeyLength } from '../locks/aead-lock.ts'
import { keystoreLockContext } from '../locks/lock-context.ts'
import type { LockPort, Ports } from '../ports/index.ts'
import type { Keystore, LockScheme } from '../records/keystore.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'

/** Makes the lock of a new keystore: a fresh lock key, locked by the server lock. */
export async function makeKeystoreLock(ports: Ports, keystoreId: string): Promise<LockScheme> {
  const lockKey = new SecretBytes(ports.random(lockKeyLength))
  const lockedKey = await lockKey.spend(bytes => ports.lock.lock(bytes, keystoreLockContext(keystoreId)))
  return { kind: 'server-held', lockedKey }
}

/** Lends a keystore's lock to `use`. If it is not open already, the server lock opens its lock key. */
export async function withKeystoreLock<T>(
  { ports, openedLocks, observeLock }: Kms,
  { id, lock }: Keystore,
  use: (lock: LockPort) => Promise<T>,
): Promise<T> {
  if (lock.kind === 'shamir') {
    throw new KmsError('OPERATION_UNSUPPORTED', 'this server opens no keystore whose lock is shared with its user')
  }
  const open = async () => {
    const lockKey = await ports.lock.unlock(lock.lockedKey, keystoreLockContext(id))
    return observeLock(new AeadLock('keystore', lockKey, ports.random))
  }
  return openedLocks.use(id, lock.lockedKey, open, use)
}
