import { LRUCache } from 'lru-cache'
import { openSslEd25519 } from '../algorithms/ed25519.ts'
import type { Soon } from '../at-once.ts'
import type { OnLookup } from '../lending-cache.ts'
import { resolveDidJwk } from './did-jwk.ts'
import { resolveDidKey } from './did-key.ts'
import type { VerificationKey, VerificationTools } from './verification-key.ts'

/**
 * Finds the key of a verification method, given its DID URL (or a DID that has one key). Undefined if it cannot be
 * found. A method may fetch documents; it then honours a deadline and a guard on where it connects to.
 */
export type ResolveDid = (url: string) => Soon<VerificationKey | undefined>

/** The methods whose DIDs are their own documents: nothing is fetched. Their keys stand in every relationship. */
export function selfContainedDids(tools: VerificationTools, onLookup?: OnLookup): ResolveDid {
  // Decoding and checking a point costs twice what the verification does; such a DID never means anything else.
  const known = new LRUCache<string, VerificationKey>({ max: 10_000 })
  return url => {
    const kept = known.get(url)
    onLookup?.(kept !== undefined)
    const found = kept ?? resolveDidKey(url, tools) ?? resolveDidJwk(url, tools)
    if (found !== undefined) known.set(url, found)
    return found
  }
}

export const resolveSelfContainedDid: ResolveDid = selfContainedDids({ ed25519: openSslEd25519 })
