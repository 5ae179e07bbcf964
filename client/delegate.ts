import { type DidSigner, delegateTrustbloc, readTrustblocCapability } from '@keyhold/core/wire'
import type { Capability } from './capability.ts'

export interface Delegation {
  /** The DID URL of the key that may invoke the new capability. */
  readonly to: string
  /** Default: all of the parent's. Never empty. */
  readonly actions?: readonly string[]
  /** The URL of the keystore or of a key in it. Default: the parent's target. */
  readonly target?: string
  readonly expires: Date
}

/**
 * Delegates a root capability of the TrustBloc dialect to another key. The service is not asked.
 *
 * @param signer the key of the parent's invoker
 * @throws TypeError if the parent is no such capability, RangeError if no action is left
 */
export async function delegate(parent: Capability, delegation: Delegation, signer: DidSigner): Promise<Capability> {
  const root = readTrustblocCapability(parent)
  if (root === undefined) throw new TypeError('this is no capability of the TrustBloc dialect')
  const options = { ...delegation, expires: delegation.expires.getTime(), now: Date.now() }
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  return (await delegateTrustbloc(root, options, signer, random)) as unknown as Capability
}
