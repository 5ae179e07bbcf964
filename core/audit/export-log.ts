import type { Ports } from '../ports/index.ts'
import { openIntegrityKey } from '../records/header.ts'
import { readLogPage } from '../records/log-page.ts'
import { Records } from '../records/records.ts'

/**
 * All lines of a log as they stand in a store, the latest first: that of a keystore, or the server's own under the empty
 * id. @throws KmsError STORE_MISMATCH, LOCK_REJECTED, and those of the ports
 */
export async function* exportLog(
  ports: Pick<Ports, 'store' | 'lock' | 'random'>,
  keystoreId: string,
): AsyncGenerator<string, void, undefined> {
  const integrityKey = await openIntegrityKey(ports)
  try {
    const records = new Records(ports.store, integrityKey)
    for (let after: string | undefined; ; ) {
      const { lines, next } = await readLogPage(records, keystoreId, after)
      yield* lines
      if (next === undefined) return
      after = next
    }
  } finally {
    integrityKey.wipe()
  }
}
