import { rootOf } from '../authorization/authorize.ts'
import type { Caller } from '../authorization/caller.ts'
import { forbidden, invalidRequest } from '../errors.ts'
import { findKeystore, keystoreNotFound, resolveControlled } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import type { Revocation } from '../records/revocation.ts'
import { isKeyOf, type VerifiedChain } from '../zcap/chain.ts'
import type { Invocation } from '../zcap/invocation.ts'

export interface RevokeCommand {
  readonly keystoreId: string
  readonly capabilityId: string
  /** The delegated capability. */
  readonly capability: Omit<Invocation, 'action'>
}

/** A revocation is kept for this long after the capability has ended by itself. Milliseconds. */
const keptAfterEnd = 86_400_000
const sweepSize = 100

/**
 * Revokes a delegated capability, and with it everything that was delegated below it. Whoever controls it or one of its
 * ancestors may, the keystore's controller included. In force when this resolves, wherever the store is shared.
 *
 * @throws KmsError INVALID_REQUEST, KEYSTORE_NOT_FOUND, FORBIDDEN, ALREADY_EXISTS
 */
export async function revokeCapability(kms: Kms, caller: Caller, command: RevokeCommand): Promise<void> {
  const { keystore, found } = await findKeystore(kms, caller, command.keystoreId)
  const chain = await kms.chains.verify({ ...command.capability, action: '' } as Invocation, rootOf(keystore))
  const revokedBy = revokerOf(caller, keystore.controller, chain)
  if (!found) throw keystoreNotFound()
  const revoked = chain.delegations.at(-1)
  if (revoked?.id !== command.capabilityId) throw invalidRequest('id: not that of the capability in the body')
  const revokedAt = kms.ports.clock.now()
  await sweep(kms, keystore.id, revokedAt)
  // Not the end that was submitted alone: a caveat is unsigned in one dialect, and whoever holds the capability may send
  // it without. Whatever was made until now ends within the longest life that is accepted.
  const expires = Math.max(chain.expires, revokedAt + kms.chains.policy.maximumTtl * 1000)
  await kms.records.addRevocation({
    keystoreId: keystore.id,
    capabilityId: revoked.id,
    revokedBy,
    revokedAt,
    expires,
  })
}

/** At most `limit` revocations of a keystore, for its controller. @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN */
export async function listRevocations(
  kms: Kms,
  caller: Caller,
  keystoreId: string,
  limit: number,
  after?: string,
): Promise<Revocation[]> {
  const keystore = await resolveControlled(kms, caller, keystoreId)
  return kms.records.listRevocations(keystore.id, limit, after)
}

function revokerOf(caller: Caller, controller: string, { delegations }: VerifiedChain): string {
  if (caller.kind === 'local') return 'local'
  if (!('key' in caller)) throw forbidden('nobody has signed the request')
  const { key } = caller
  const controllers = [controller, ...delegations.flatMap(delegation => delegation.controllers)]
  if (!controllers.some(named => isKeyOf(key, named))) throw forbidden('the signer controls no link of the chain')
  return key.id
}

/** Forgets revocations of capabilities that have ended long ago. */
async function sweep(kms: Kms, keystoreId: string, now: number): Promise<void> {
  for (const revocation of await kms.records.listRevocations(keystoreId, sweepSize)) {
    if (revocation.expires + keptAfterEnd < now) await kms.records.removeRevocation(revocation)
  }
}
