import { inThisThread } from './algorithms/compute.ts'
import { openSslEd25519 } from './algorithms/ed25519.ts'
import type { KeyTypeName } from './algorithms/index.ts'
import type { PublicPrimitives, SecretPrimitives, Tools } from './algorithms/key-type.ts'
import { type AuditLog, type AuditOptions, openAuditLog } from './audit/audit-log.ts'
import { resolveSelfContainedDid } from './dids/resolve-did.ts'
import { forbidden } from './errors.ts'
import { type CacheLimits, LendingCache, type OnLookup } from './lending-cache.ts'
import type { ComputationPort, LockPort, Ports, Vault } from './ports/index.ts'
import { type DocumentCache, documentCache } from './records/document-cache.ts'
import { openIntegrityKey } from './records/header.ts'
import { KnownBodies } from './records/known-bodies.ts'
import { Records } from './records/records.ts'
import { openServerSigner } from './server-signer.ts'
import type { SessionKey } from './sessions/session-key.ts'
import { openSessionLock } from './sessions/session-lock.ts'
import { Sessions } from './sessions/sessions.ts'
import type { DidSigner } from './zcap/did-signer.ts'
import { type ChainVerification, VerifiedChains } from './zcap/verified-chains.ts'

/** What the core keeps in memory to be fast. */
export type CacheName = 'keys' | 'locks' | 'vaults' | 'documents' | 'records' | 'chains' | 'sessions'

export interface KmsOptions {
  /** Of opened keys, and of opened locks of keystores. Default: at most 1,000 of each for ten minutes. */
  readonly cache?: CacheLimits
  /** Wraps the lock of each keystore when it is opened, to see what is done with it. Default: as it is. */
  readonly observeLock?: (lock: LockPort) => LockPort
  /** Who learns of each lookup in a cache. Default: nobody. */
  readonly observeCache?: (cache: CacheName) => OnLookup
  /** Default: delegations of the TrustBloc dialect, by keys of self-contained DIDs, for ninety days at most. */
  readonly capabilities?: ChainVerification
  /** Milliseconds for which sessions live unless their openers want less; 0: there are none. Default: five minutes. */
  readonly sessionTtl?: number
  /** The experimental key types that new keys may have. Default: none. */
  readonly experimentalKeyTypes?: readonly KeyTypeName[]
  /** Whether every new keystore's lock is shared with its user. Default: that is its maker's choice. */
  readonly userLock?: 'shamir'
  /** The URL of a keystore of this id, as clients reach it. Default: on `http://localhost`. */
  readonly keystoreUrl?: (id: string) => string
  /** How the audit log is written. Default: none is. */
  readonly audit?: AuditOptions
}

/** What every operation works with. */
export interface Kms {
  readonly ports: Ports
  readonly records: Records
  /** What the keys of a keystore are made, read and used with. */
  toolsFor(keystoreId: string): Tools
  /** Keys, imported into what uses them. */
  readonly openedKeys: LendingCache<SecretPrimitives[keyof SecretPrimitives] | PublicPrimitives[keyof PublicPrimitives]>
  readonly openedLocks: LendingCache<LockPort>
  readonly openedVaults: LendingCache<Vault>
  /** Documents of vaults that were read a moment ago. */
  readonly documents: DocumentCache | undefined
  readonly observeLock: (lock: LockPort) => LockPort
  readonly chains: VerifiedChains
  readonly sessions: Sessions
  /** Signs root capabilities. */
  readonly capabilitySigner: DidSigner
  /** Signs the requests to vaults; made when it is first needed. */
  readonly vaultSigner: () => Promise<DidSigner>
  readonly keystoreUrl: (id: string) => string
  readonly userLock: 'shamir' | undefined
  readonly experimentalKeyTypes: ReadonlySet<KeyTypeName>
  /** Where each request is written down; absent if none is. Its owner is whoever opened this, who closes it first. */
  readonly auditLog: AuditLog | undefined
  /** Closes what was open for longer than its time, and removes sessions that have ended. */
  purge(): void
  /** Wipes what is held in memory. The ports stay their owner's to close. */
  close(): void
}

const defaultCacheLimits: CacheLimits = { max: 1000, ttl: 600_000 }

const defaultSessionTtl = 300_000

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
  const { observeLock = lock => lock, keystoreUrl = id => `http://localhost/v1/keystores/${id}` } = options
  const { random, computation = inThisThread, ed25519 = openSslEd25519 } = ports
  const integrityKey = await openIntegrityKey(ports)
  const { observeCache } = options
  const records = new Records(ports.store, integrityKey, new KnownBodies(integrityKey, observeCache?.('records')))
  const openedKeys: Kms['openedKeys'] = new LendingCache(cache, ports.clock, observeCache?.('keys'))
  const openedLocks: Kms['openedLocks'] = new LendingCache(cache, ports.clock, observeCache?.('locks'))
  const openedVaults: Kms['openedVaults'] = new LendingCache(cache, ports.clock, observeCache?.('vaults'))
  const openedSessions = new LendingCache<SessionKey>(cache, ports.clock, observeCache?.('sessions'))
  const { sessionTtl = defaultSessionTtl } = options
  const sessions = new Sessions(sessionTtl, () => openSessionLock(ports, records), openedSessions, ports.clock)
  let vaultSigner: Promise<DidSigner> | undefined
  return {
    ports,
    records,
    toolsFor: keystoreId => ({ random, ed25519, computation: computingFor(keystoreId, computation) }),
    openedKeys,
    openedLocks,
    openedVaults,
    documents: documentCache(cache, ports.clock, observeCache?.('documents')),
    observeLock,
    chains: new VerifiedChains(capabilities, ports.clock, observeCache?.('chains')),
    sessions,
    keystoreUrl,
    userLock: options.userLock,
    experimentalKeyTypes: new Set(options.experimentalKeyTypes),
    auditLog: options.audit && (await openAuditLog(ports, records, options.audit)),
    capabilitySigner: await openServerSigner(ports, records, 'capability-signing'),
    vaultSigner() {
      vaultSigner ??= openServerSigner(ports, records, 'vault-invocation').catch(error => {
        vaultSigner = undefined
        throw error
      })
      return vaultSigner
    },
    purge() {
      openedKeys.purge()
      openedLocks.purge()
      openedVaults.purge()
      void sessions.purge(records, ports.clock.now())
    },
    close() {
      openedKeys.close()
      openedLocks.close()
      openedVaults.close()
      sessions.close()
      integrityKey.wipe()
    },
  }
}

/** Everything that a keystore has computed is its own. */
function computingFor(keystoreId: string, computation: ComputationPort): ComputationPort {
  return { run: job => computation.run(job, keystoreId), close: () => computation.close() }
}
