import type { Random } from '../../ports/index.ts'
import { capabilityActions } from '../action.ts'
import type { Root } from '../chain.ts'
import type { DidSigner } from '../did-signer.ts'
import { contextUrl, isIri, type TrustblocCapability } from './capability.ts'
import { proofOptionsOf, signCapability } from './proof.ts'

/** Whether a controller can be the invoker of a root capability. */
export function canInvoke(controller: string): boolean {
  return isIri(controller)
}

/**
 * Makes the root capability of a keystore as the reference server does: it names the controller as invoker and allows
 * every action. Its proof is for clients and vaults that look at it; this server decides by what it has stored.
 *
 * @param key the server's own signing key, with its DID URL
 * @param now Unix time, milliseconds
 */
export function makeRootCapability(
  { url, controller }: Root,
  key: DidSigner,
  random: Random,
  now: number,
): Promise<TrustblocCapability> {
  const capability = {
    '@context': contextUrl,
    id: url,
    invoker: controller,
    allowedAction: capabilityActions,
    invocationTarget: { ID: url, Type: 'urn:kms:keystore' },
    caveats: null,
  } as const
  return signCapability(capability, proofOptionsOf(key, random, now), key.signer)
}
