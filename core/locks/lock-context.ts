import type { LockContext } from '../ports/lock.ts'

/** What each kind of secret is bound to. No two kinds share a purpose, so none can stand in for another. */

export function integrityKeyContext(): LockContext {
  return { purpose: 'integrity-key' }
}

export function keystoreLockContext(keystoreId: string): LockContext {
  return { purpose: 'keystore-lock-key', keystore: keystoreId }
}

export function keyContext(keystoreId: string, keyId: string, version: number, type: string): LockContext {
  return { purpose: 'key', keystore: keystoreId, key: keyId, version: String(version), type }
}

/** The keys that a keystore uses with its user's vault. */
export function vaultKeyContext(purpose: 'edv-recipient-key' | 'edv-mac-key', keystoreId: string): LockContext {
  return { purpose, keystore: keystoreId }
}

/** Of the key that encrypts one backup. */
export function backupKeyContext(): LockContext {
  return { purpose: 'backup-key' }
}

export function serverKeyContext(name: string): LockContext {
  return { purpose: 'server-key', key: name }
}

/** Of the key that a session's MACs are made by. */
export function sessionKeyContext(keystoreId: string, sessionId: string): LockContext {
  return { purpose: 'session-key', keystore: keystoreId, session: sessionId }
}
