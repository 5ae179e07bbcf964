import { bytesToHex } from '@noble/hashes/utils.js'
import type { Random } from '../../ports/index.ts'
import type { DidSigner } from '../did-signer.ts'
import { contextUrl, type TrustblocCapability } from './capability.ts'
import { proofOptionsOf, signCapability } from './proof.ts'

export interface DelegationOptions {
  /** The DID URL of the key that may invoke the new capability. */
  readonly to: string
  /** Undefined: all of the parent's. Never empty. */
  readonly actions?: readonly string[]
  /** The URL of the keystore or of a key in it; the parent's target if it is undefined. */
  readonly target?: string
  /** Unix time, milliseconds. */
  readonly expires: number
  readonly now: number
}

/**
 * Delegates a root capability of the TrustBloc dialect to another key. The end is written as `expires`, which is signed;
 * the reference server, which knows only an unsigned caveat, cannot read such a capability.
 *
 * @throws RangeError if no action is left
 */
export async function delegateTrustbloc(
  parent: TrustblocCapability,
  { to, actions = parent.allowedAction, target = parent.invocationTarget.ID, expires, now }: DelegationOptions,
  signer: DidSigner,
  random: Random,
): Promise<TrustblocCapability> {
  // To the proof an empty list is what no list is, and without a list everything is allowed.
  if (actions?.length === 0) throw new RangeError('a delegation must name an action')
  const capability = {
    '@context': contextUrl,
    id: `urn:uuid:${uuid(random)}`,
    invoker: to,
    parentCapability: parent.id,
    ...(actions !== undefined && { allowedAction: actions }),
    invocationTarget: { ID: target, Type: parent.invocationTarget.Type },
    caveats: null,
    expires: new Date(expires).toISOString(),
  } as const
  const options = { ...proofOptionsOf(signer, random, now), capabilityChain: [parent.id] }
  return signCapability(capability, options, signer.signer)
}

/** A random UUID (RFC 9562 section 5.4). */
function uuid(random: Random): string {
  const bytes = random(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
