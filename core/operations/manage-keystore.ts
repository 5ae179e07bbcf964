import type { Caller } from '../authorization/caller.ts'
import { invalidRequest, KmsError } from '../errors.ts'
import { resolveControlled, resolveShown } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import type { Keystore } from '../records/keystore.ts'
import { checkController, rootCapability } from './create-keystore.ts'

/** Shows a keystore to its controller, and to whoever holds a token for it. @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN */
export async function describeKeystore(kms: Kms, caller: Caller, keystoreId: string): Promise<Keystore> {
  return resolveShown(kms, caller, keystoreId)
}

/** Who may read a keystore's public keys as a JWK Set. */
export type JwksReaders = 'controller' | 'public'

export interface UpdateKeystoreCommand {
  readonly keystoreId: string
  /** Whoever it is given to; nobody else if absent. */
  readonly controller?: string
  /** As before if absent. */
  readonly jwks?: JwksReaders
  /** The revision that the keystore will have: one more than the one that the caller has seen. */
  readonly revision: number
}

/**
 * Changes what its controller may change of a keystore. When it is given to another controller, its old root capability,
 * all that was delegated below it, and the tokens of whoever created it stop; the new root is answered.
 *
 * @throws KmsError INVALID_REQUEST, KEYSTORE_NOT_FOUND, FORBIDDEN, CONFLICT, OPERATION_UNSUPPORTED
 */
export async function updateKeystore(kms: Kms, caller: Caller, command: UpdateKeystoreCommand): Promise<Keystore> {
  const { keystoreId, controller, jwks, revision } = command
  if (controller === undefined && jwks === undefined) throw invalidRequest('controller or jwks: one must be there')
  if (controller !== undefined) checkController(controller)
  const keystore = await resolveControlled(kms, caller, keystoreId)
  if (revision !== keystore.revision + 1) throw new KmsError('CONFLICT', 'the keystore was changed in between')
  const updated = { ...(await handedOver(kms, publishing(keystore, jwks), controller)), revision }
  await kms.records.replaceKeystore(updated)
  return updated
}

/** Whoever asks, and how often, the keys of a vault would have to be read from its user's vault. */
function publishing(keystore: Keystore, jwks: JwksReaders | undefined): Keystore {
  if (jwks === undefined) return keystore
  const { jwks: _before, ...unpublished } = keystore
  if (jwks === 'controller') return unpublished
  if (keystore.edv !== undefined) {
    throw new KmsError('OPERATION_UNSUPPORTED', 'keys that live in a vault are shown to the controller alone')
  }
  return { ...unpublished, jwks }
}

async function handedOver(kms: Kms, keystore: Keystore, controller: string | undefined): Promise<Keystore> {
  if (controller === undefined) return keystore
  const { rootCapability: _old, owner: _former, ...rest } = keystore
  return { ...rest, controller, ...(await rootCapability(kms, { url: keystore.url, controller })) }
}
