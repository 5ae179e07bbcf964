import type { ResolveDid } from '../../dids/resolve-did.ts'
import { forbidden } from '../../errors.ts'
import { type ChainPolicy, isKeyOf, isWithin, type Root, type VerifiedChain } from '../chain.ts'
import type { TrustblocCapability } from './capability.ts'
import { hasProofBy } from './verify-proof.ts'

/**
 * Verifies where a submitted capability of this dialect comes from.
 *
 * * A root is never believed. If the capability has no parent it must name the stored root, and the rest of it is
 *   ignored.
 * * A delegation is one link below the root (the reference resolves no longer chain): its proof must be by a key of the
 *   keystore's controller, whatever the capability says about whom its proof is by.
 *
 * @throws KmsError FORBIDDEN
 */
export async function verifyTrustblocChain(
  capability: TrustblocCapability,
  root: Root,
  policy: ChainPolicy,
  now: number,
  resolveDid: ResolveDid,
): Promise<VerifiedChain> {
  if (capability.parentCapability === undefined) {
    if (capability.id !== root.url) throw forbidden('the capability is the root of something else')
    return { delegations: [], invokers: [root.controller], target: root.url, expires: Number.POSITIVE_INFINITY }
  }
  const [proof] = capability.proof
  const isBelowRoot = capability.parentCapability === root.url && isOnly(proof.capabilityChain, root.url)
  if (!isBelowRoot || capability.id === root.url) throw forbidden('the capability is not a delegation of this root')
  const key = await resolveDid(proof.verificationMethod)
  if (key === undefined || !isKeyOf(key, root.controller)) throw forbidden('the delegation is not by the controller')
  if (!(await hasProofBy(capability, key))) throw forbidden('the proof of the delegation is not valid')
  if (capability.invoker === undefined) throw forbidden('the delegation names no invoker')
  const target = capability.invocationTarget.ID
  if (!isWithin(target, root.url)) throw forbidden('the target is not in the keystore')
  return {
    delegations: [{ id: capability.id, controllers: [capability.invoker] }],
    invokers: [capability.invoker],
    ...(capability.allowedAction !== undefined && { actions: capability.allowedAction }),
    target,
    expires: endOf(capability, policy, now),
  }
}

/**
 * The end of a delegation: the earliest of its signed `expires`, its expiry caveats (unsigned in this dialect: they are
 * honoured, but whoever holds the capability could have removed them), and the longest life that is accepted at all.
 */
function endOf({ expires, caveats, proof }: TrustblocCapability, policy: ChainPolicy, now: number): number {
  const created = Date.parse(proof[0].created)
  if (created > now + policy.clockSkew * 1000) throw forbidden('the delegation was made in the future')
  const durations = [policy.maximumTtl, ...(caveats ?? []).map(caveat => caveat.duration)]
  const ends = durations.map(seconds => created + seconds * 1000)
  return Math.min(...ends, expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires))
}

function isOnly(chain: readonly string[] | undefined, link: string): boolean {
  return chain?.length === 1 && chain[0] === link
}
