import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { resolveControlled } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import type { Keystore } from '../records/keystore.ts'
import { checkController, rootCapability } from './create-keystore.ts'

/** Shows a keystore to its controller. @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN */
export async function describeKeystore(kms: Kms, caller: Caller, keystoreId: string): Promise<Keystore> {
  return resolveControlled(kms, caller, keystoreId)
}

export interface HandOverCommand {
  readonly keystoreId: string
  readonly controller: string
  /** The revision that the keystore will have: one more than the one that the caller has seen. */
  readonly revision: number
}

/**
 * Gives a keystore to another controller. Its old root capability, and all that was delegated below it, stops; the new
 * one is answered. @throws KmsError INVALID_REQUEST, KEYSTORE_NOT_FOUND, FORBIDDEN, CONFLICT
 */
export async function handOverKeystore(kms: Kms, caller: Caller, command: HandOverCommand): Promise<Keystore> {
  const { keystoreId, controller, revision } = command
  checkController(controller)
  const { rootCapability: _old, ...keystore } = await resolveControlled(kms, caller, keystoreId)
  if (revision !== keystore.revision + 1) throw new KmsError('CONFLICT', 'the keystore was changed in between')
  const root = { url: keystore.url, controller }
  const handedOver: Keystore = { ...keystore, controller, revision, ...(await rootCapability(kms, root)) }
  await kms.records.replaceKeystore(handedOver)
  return handedOver
}
