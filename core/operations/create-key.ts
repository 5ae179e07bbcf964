import { keyTypes, parseKeyTypeName } from '../algorithms/index.ts'
import type { Caller } from '../authorization/caller.ts'
import { withKeyRecords } from '../keys/keystore-vault.ts'
import { newKey, ownKeyId } from '../keys/new-version.ts'
import { noteKey, resolveKeystore } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import { newestVersion } from '../records/key.ts'
import { type ExportedKey, exportedKey } from './export-key.ts'

export interface CreateKeyCommand {
  readonly keystoreId: string
  readonly keyType: string
  /** What is asked of the key beyond its type. */
  readonly attributes?: readonly string[]
}

/** Makes a key. @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN, NOT_ACTIVE, UNSUPPORTED_KEY_TYPE, INVALID_REQUEST */
export async function createKey(kms: Kms, caller: Caller, command: CreateKeyCommand): Promise<ExportedKey> {
  const resolved = await resolveKeystore(kms, caller, 'createKey', command.keystoreId)
  const type = parseKeyTypeName(command.keyType, kms.experimentalKeyTypes)
  const { random, computation, ed25519 } = kms.toolsFor(command.keystoreId)
  const material = await keyTypes[type].generate(random, command.attributes, computation, ed25519)
  const key = await newKey(kms, resolved, ownKeyId(kms, type, material), type, material)
  await withKeyRecords(kms, resolved.keystore, records => records.addKey(key))
  noteKey(caller, key, newestVersion(key))
  return exportedKey(key)
}
