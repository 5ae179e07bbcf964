import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, resolveKey } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import type { Action } from '../zcap/action.ts'

/**
 * CL signatures (Camenisch and Lysyanskaya) as Hyperledger Ursa made them for anonymous credentials. Ursa has ended, and
 * what came after it is no library that runs here; writing such a thing anew is not for a service that keeps keys.
 *
 * @throws KmsError NOT_IMPLEMENTED always, to whoever may do this with a key that is there, and those of `resolveKey`
 */
export async function anonymousCredential(
  kms: Kms,
  caller: Caller,
  action: Extract<Action, 'blind' | 'correctnessProof' | 'signWithSecrets'>,
  address: KeyAddress,
): Promise<never> {
  await resolveKey(kms, caller, action, address)
  throw new KmsError(
    'NOT_IMPLEMENTED',
    'there is no maintained implementation of CL signatures for this server: use BBS, by signmulti and deriveproof',
  )
}
