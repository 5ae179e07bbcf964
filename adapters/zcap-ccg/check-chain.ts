import {
  type ChainPolicy,
  ccgRootId,
  forbidden,
  isKeyOf,
  isWithin,
  type Root,
  resolveSelfContainedDid,
} from '@keyhold/core'
import type { Link } from './read-chain.ts'

/** What a delegation may not exceed: its parent, or the root. */
type Bounds = Pick<Link, 'id' | 'controllers' | 'actions' | 'target' | 'created' | 'expires'>

/**
 * Checks everything about a chain but the signatures, which cost most: whoever controls nothing makes the server verify
 * nothing.
 *
 * @param links the one directly below the root first
 * @param now Unix time, milliseconds
 * @throws KmsError FORBIDDEN
 */
export async function checkChain(links: readonly Link[], root: Root, policy: ChainPolicy, now: number): Promise<void> {
  const above: string[] = []
  let parent: Bounds = {
    id: ccgRootId(root),
    controllers: [root.controller],
    target: root.url,
    created: Number.NEGATIVE_INFINITY,
    expires: Number.POSITIVE_INFINITY,
  }
  for (const link of links) {
    above.push(parent.id)
    checkPlace(link, above)
    checkNarrower(link, parent, root)
    checkTimes(link, parent, policy, now)
    await checkSigner(link, parent)
    parent = link
  }
}

/** Every chain on the way down must tell the same story, and nothing may stand on it twice. */
function checkPlace(link: Link, above: readonly string[]): void {
  const isCongruent = link.above.length === above.length && link.above.every((id, index) => id === above[index])
  if (!isCongruent || link.parent !== above.at(-1)) throw forbidden('the capability is not a delegation of this root')
  if (above.includes(link.id)) throw forbidden('the chain of capabilities has a cycle')
}

function checkNarrower({ target, actions }: Link, parent: Bounds, root: Root): void {
  if (!isWithin(target, parent.target) || !isPlainPath(target.slice(root.url.length))) {
    throw forbidden('a target is outside that of the parent')
  }
  // Without a list everything is allowed, so that below a list its absence is no inheritance but an extension.
  const isNarrower = parent.actions === undefined || actions?.every(action => parent.actions?.includes(action))
  if (!isNarrower) throw forbidden('more actions are delegated than the parent allows')
}

/** Segments of which no reader can make others: no escapes, no dot at the beginning, no query, none empty. */
function isPlainPath(path: string): boolean {
  return /^(\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*$/.test(path)
}

function checkTimes({ created, expires }: Link, parent: Bounds, policy: ChainPolicy, now: number): void {
  const skew = policy.clockSkew * 1000
  if (created > now + skew) throw forbidden('a delegation was made in the future')
  if (created < parent.created) throw forbidden('a delegation was made before its parent')
  if (expires > parent.expires) throw forbidden('a delegation outlives its parent')
  if (expires < now - skew) throw forbidden('a capability on the chain has expired')
  const life = expires - created
  if (life < 0 || life > policy.maximumTtl * 1000) throw forbidden('a delegation lives too long')
}

/** The libraries verify signatures by Ed25519 keys of `did:key` alone. */
async function checkSigner({ signer }: Link, parent: Bounds): Promise<void> {
  const key = await resolveSelfContainedDid(signer)
  const isSupported = key?.id === signer && key.kind === 'Ed25519' && signer.startsWith('did:key:')
  if (!isSupported) throw forbidden('the key of a proof cannot be resolved')
  if (!parent.controllers.some(named => isKeyOf(key, named))) {
    throw forbidden('a delegation is not by a controller of its parent')
  }
}
