import { KmsError } from '../errors.ts'
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

/** Opens a keystore's lock, lends it, and wipes its key when `use` has ended. */
export async function withKeystoreLock<T>(
  ports: Ports,
  keystore: Keystore,
  use: (lock: LockPort) => Promise<T>,
): Promise<T> {
  const lock = new AeadLock('keystore', await openLockKey(ports, keystore), ports.random)
  try {
    return await use(lock)
  } finally {
    await lock.close()
  }
}

async function openLockKey(ports: Ports, { id, lock }: Keystore): Promise<SecretBytes> {
  switch (lock.kind) {
    case 'server-held':
      return ports.lock.unlock(lock.lockedKey, keystoreLockContext(id))
    case 'shamir':
      throw new KmsError('OPERATION_UNSUPPORTED', 'this server opens no keystore whose lock is shared with its user')
  }
}
