import { resolveSelfContainedDid } from './dids/resolve-did.ts'
import { forbidden } from './errors.ts'
import { type CacheLimits, OpenedPrimitives } from './opened-primitives.ts'
import type { Ports } from './ports/index.ts'
import { openIntegrityKey } from './records/header.ts'
import { Records } from './records/records.ts'
import { openServerSigner } from './server-signer.ts'
import type { DidSigner } from './zcap/did-signer.ts'
import { type ChainVerification, VerifiedChains } from './zcap/verified-chains.ts'

export interface KmsOptions {
  /** Default: at most 1,000 opened keys for ten minutes. */
  readonly cache?: CacheLimits
  /** Default: delegations of the TrustBloc dialect, by keys of self-contained DIDs, for ninety days at most. */
  readonly capabilities?: ChainVerification
  /** The URL of a keystore of this id, as clients reach it. Default: on `http://localhost`. */
  readonly keystoreUrl?: (id: string) => string
}

/** What every operation works with. */
export interface Kms {
  readonly ports: Ports
  readonly records: Records
  readonly opened: OpenedPrimitives
  readonly chains: VerifiedChains
  /** Signs root capabilities. */
  readonly capabilitySigner: DidSigner
  readonly keystoreUrl: (id: string) => string
  /** Wipes what is held in memory. The ports stay their owner's to close. */
  close(): void
}

const defaultCacheLimits: CacheLimits = { max: 1000, ttl: 600_000 }

const defaultCapabilities: ChainVerification = {
  policy: { maximumTtl: 7_776_000, clockSkew: 30 },
  resolveDid: resolveSelfContainedDid,
  verifyCcgChain: async () => {
    throw forbidden('this server verifies no chains of the CCG dialect')
  },
}

/**
 * Opens the key management over a set of ports: a new store is sealed by the server lock, any other is compared with
 * it. @throws KmsError STORE_MISMATCH, LOCK_REJECTED, and the ports' own codes
 */
export async function openKms(ports: Ports, options: KmsOptions = {}): Promise<Kms> {
  const { cache = defaultCacheLimits, capabilities = defaultCapabilities } = options
  const { keystoreUrl = id => `http://localhost/v1/keystores/${id}` } = options
  const integrityKey = await openIntegrityKey(ports)
  const records = new Records(ports.store, integrityKey)
  const opened = new OpenedPrimitives(cache, ports.clock)
  return {
    ports,
    records,
    opened,
    chains: new VerifiedChains(capabilities, ports.clock),
    keystoreUrl,
    capabilitySigner: await openServerSigner(ports, records, 'capability-signing'),
    close() {
      opened.close()
      integrityKey.wipe()
    },
  }
}
