import { AeadLock, lockKeyLength } from '../locks/aead-lock.ts'
import type { LockPort, Ports } from '../ports/index.ts'
import type { Records } from '../records/records.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { openServerKey } from '../server-signer.ts'

/**
 * The lock of the keys of sessions. Its own key is one of the server's, which the server lock locks: every process of a
 * store has it, and none of them asks a remote lock for each session.
 */
export async function openSessionLock(ports: Ports, records: Records): Promise<LockPort> {
  const key = await openServerKey(ports, records, 'sessions', random => {
    return { secret: new SecretBytes(random(lockKeyLength)), publicKey: new Uint8Array(0) }
  })
  return new AeadLock('sessions', key, ports.random)
}
