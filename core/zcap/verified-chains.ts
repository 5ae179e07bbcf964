import { LRUCache } from 'lru-cache'
import { andThen, type Soon } from '../at-once.ts'
import type { ResolveDid } from '../dids/resolve-did.ts'
import { forbidden } from '../errors.ts'
import type { OnLookup } from '../lending-cache.ts'
import type { Clock } from '../ports/index.ts'
import { type ChainPolicy, ccgRootId, type Root, type VerifiedChain } from './chain.ts'
import type { CcgCapability, Invocation } from './invocation.ts'
import { verifyTrustblocChain } from './trustbloc/verify-chain.ts'

/**
 * Verifies a chain of delegated CCG capabilities down from a root that the server makes from what it knows of a
 * keystore. Nothing of the root comes from the chain. @throws KmsError FORBIDDEN for every reason
 */
export type VerifyCcgChain = (
  capability: CcgCapability['delegated'],
  root: Root,
  policy: ChainPolicy,
  now: number,
) => Promise<VerifiedChain>

export interface ChainVerification {
  readonly policy: ChainPolicy
  readonly resolveDid: ResolveDid
  readonly verifyCcgChain: VerifyCcgChain
}

const maximumChains = 10_000
const maximumAge = 60_000

/**
 * Remembers for a minute which chains were verified: their proofs are the most expensive part of a request. Kept are
 * facts, found by the hash of the very capability and the root that it was verified under; a changed controller is
 * another root. Ends, targets, invokers and revocations are checked on every request all the same.
 */
export class VerifiedChains {
  readonly #verification: ChainVerification
  readonly #clock: Clock
  readonly #kept: LRUCache<string, VerifiedChain>
  readonly #onLookup: OnLookup | undefined

  constructor(verification: ChainVerification, clock: Clock, onLookup?: OnLookup) {
    this.#onLookup = onLookup
    this.#verification = verification
    this.#clock = clock
    this.#kept = new LRUCache({ max: maximumChains, ttl: maximumAge, perf: { now: () => clock.elapsed() } })
  }

  get policy(): ChainPolicy {
    return this.#verification.policy
  }

  /** @throws KmsError FORBIDDEN */
  verify(invocation: Invocation, root: Root): Soon<VerifiedChain> {
    // Only what comes last may hold a space.
    const name = `${invocation.dialect} ${invocation.capabilityHash} ${root.url} ${root.controller}`
    const kept = this.#kept.get(name)
    this.#onLookup?.(kept !== undefined)
    if (kept !== undefined) return kept
    return andThen(this.#verify(invocation, root), chain => {
      this.#kept.set(name, chain)
      return chain
    })
  }

  #verify(invocation: Invocation, root: Root): Soon<VerifiedChain> {
    const { policy, resolveDid, verifyCcgChain } = this.#verification
    const now = this.#clock.now()
    switch (invocation.dialect) {
      case 'trustbloc':
        return verifyTrustblocChain(invocation.capability, root, policy, now, resolveDid)
      case 'ccg':
        if ('delegated' in invocation.capability) {
          return verifyCcgChain(invocation.capability.delegated, root, policy, now)
        }
        if (invocation.capability.rootId !== ccgRootId(root)) throw forbidden('the root is that of something else')
        return { delegations: [], invokers: [root.controller], target: root.url, expires: Number.POSITIVE_INFINITY }
    }
  }
}
