import { authorizeCreation, type Caller } from '../authorization/authorize.ts'
import { newKeystoreId } from '../encoding/identifier.ts'
import { invalidRequest } from '../errors.ts'
import { makeKeystoreLock } from '../keys/keystore-lock.ts'
import type { Kms } from '../kms.ts'
import type { Keystore } from '../records/keystore.ts'

export interface CreateKeystoreCommand {
  /** Whoever the keystore will belong to; well-formed text of 1 to 2,048 characters, usually a DID. */
  readonly controller: string
}

/** Makes a keystore with a lock of its own. @throws KmsError INVALID_REQUEST, FORBIDDEN */
export async function createKeystore(
  kms: Kms,
  caller: Caller,
  { controller }: CreateKeystoreCommand,
): Promise<Keystore> {
  if (controller.length === 0) throw invalidRequest('controller: must not be empty')
  if (controller.length > 2048) throw invalidRequest('controller: too long')
  if (!isKeptVerbatim(controller)) throw invalidRequest('controller: not well-formed Unicode, or begins with a mark')
  authorizeCreation(caller, controller)
  const id = newKeystoreId(kms.ports.random)
  const lock = await makeKeystoreLock(kms.ports, id)
  const createdAt = kms.ports.clock.now()
  const keystore: Keystore = { id, controller, createdAt, state: 'active', lock, revision: 1 }
  await kms.records.addKeystore(keystore)
  return keystore
}

/** Whether a text survives UTF-8, as records are written: a lone surrogate and a byte order mark at the front do not. */
function isKeptVerbatim(text: string): boolean {
  return new TextDecoder().decode(new TextEncoder().encode(text)) === text
}
