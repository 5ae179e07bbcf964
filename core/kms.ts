import { type CacheLimits, OpenedPrimitives } from './opened-primitives.ts'
import type { Ports } from './ports/index.ts'
import { openIntegrityKey } from './records/header.ts'
import { Records } from './records/records.ts'

/** What every operation works with. */
export interface Kms {
  readonly ports: Ports
  readonly records: Records
  readonly opened: OpenedPrimitives
  /** Wipes what is held in memory. The ports stay their owner's to close. */
  close(): void
}

/** At most 1,000 opened keys for ten minutes. */
export const defaultCacheLimits: CacheLimits = { max: 1000, ttl: 600_000 }

/**
 * Opens the key management over a set of ports: a new store is sealed by the server lock, any other is compared with
 * it. @throws KmsError STORE_MISMATCH, LOCK_REJECTED, and the ports' own codes
 */
export async function openKms(ports: Ports, cache: CacheLimits = defaultCacheLimits): Promise<Kms> {
  const integrityKey = await openIntegrityKey(ports)
  const records = new Records(ports.store, integrityKey)
  const opened = new OpenedPrimitives(cache, ports.clock)
  return {
    ports,
    records,
    opened,
    close() {
      opened.close()
      integrityKey.wipe()
    },
  }
}
