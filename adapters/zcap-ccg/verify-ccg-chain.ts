import { type ChainPolicy, ccgRootId, forbidden, type Root, type VerifyCcgChain } from '@keyhold/core'
import { checkChain } from './check-chain.ts'
import { documentLoader } from './document-loader.ts'
import { type Libraries, loadLibraries } from './libraries.ts'
import { type Link, maximumDelegations, readChain } from './read-chain.ts'

/**
 * Verifies chains of delegated capabilities as today's CCG specification and Digital Bazaar's libraries write them. The
 * proofs are checked by those libraries; in front stands a reader that lets through what they write and nothing else,
 * and the rules are checked here first, strictest reading each, so that both would have to be wrong at once.
 */
export const verifyCcgChain: VerifyCcgChain = async (capability, root, policy, now) => {
  const links = readChain(capability)
  await checkChain(links, root, policy, now)
  await verifyProofs(links, root, policy, now)
  const leaf = links.at(-1)
  if (leaf === undefined) throw forbidden('the chain of capabilities is empty')
  return {
    delegations: links.map(({ id, controllers }) => ({ id, controllers })),
    invokers: leaf.controllers,
    ...(leaf.actions !== undefined && { actions: leaf.actions }),
    target: leaf.target,
    expires: Math.min(...links.map(({ expires }) => expires)),
  }
}

async function verifyProofs(links: readonly Link[], root: Root, policy: ChainPolicy, now: number): Promise<void> {
  // An installation in which the libraries are missing is no fault of the caller's: that error goes out as it is.
  const libraries = await loadLibraries()
  // The long chain costs many times what its first link does; whoever got none from the controller is stopped there.
  const prefixes = links.length > 1 ? [links.slice(0, 1), links] : [links]
  for (const prefix of prefixes) {
    const verified = await verifiedIds(libraries, prefix.at(-1)?.json ?? {}, root, policy, now)
    const isTheSame = verified.length === prefix.length && verified.every((id, index) => id === prefix[index]?.id)
    if (!isTheSame) throw forbidden('another chain was verified than was read')
  }
}

/** The ids of the delegations of a chain whose proofs are valid, the one below the root first. */
async function verifiedIds(
  { verify, CapabilityDelegation, newSuites, contexts }: Libraries,
  capability: object,
  root: Root,
  policy: ChainPolicy,
  now: number,
): Promise<string[]> {
  const suite = newSuites()
  try {
    const purpose = new CapabilityDelegation({
      suite,
      expectedRootCapability: ccgRootId(root),
      date: new Date(now),
      allowTargetAttenuation: true,
      maxChainLength: maximumDelegations + 1,
      // One second more than here, where the limit itself is still accepted: there it is not.
      maxClockSkew: policy.clockSkew + 1,
      maxDelegationTtl: policy.maximumTtl * 1000,
    })
    const {
      verified,
      results = [],
      error,
    } = await verify(capability, {
      suite,
      purpose,
      documentLoader: documentLoader(root, contexts),
    })
    const [result] = results
    if (!verified || results.length !== 1 || result?.purposeResult?.valid !== true) throw error
    return (result.purposeResult.dereferencedChain ?? []).slice(1).map(({ id }) => id)
  } catch (error) {
    throw forbidden(`the proofs of the chain are not valid: ${reasonOf(error)}`)
  }
}

/** For the log. The libraries wrap what went wrong in a list. */
function reasonOf(error: unknown): string {
  const [first] = (error as { errors?: readonly unknown[] } | undefined)?.errors ?? [error]
  return first instanceof Error ? first.message : 'unknown'
}
