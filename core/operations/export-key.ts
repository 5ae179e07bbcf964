import { type KeyTypeName, keyTypes } from '../algorithms/index.ts'
import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, resolveKey } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import { type Key, newestVersion } from '../records/key.ts'

/** What may be known of a key outside. */
export interface ExportedKey {
  /** The id of the newest version. */
  readonly id: string
  readonly type: KeyTypeName
  /** In the type's export form; absent for a symmetric key. */
  readonly publicKey?: Uint8Array
}

/** Answers the public key of the newest version. @throws KmsError OPERATION_UNSUPPORTED for a symmetric key */
export async function exportKey(kms: Kms, caller: Caller, address: KeyAddress): Promise<Required<ExportedKey>> {
  const { key } = await resolveKey(kms, caller, 'exportKey', address)
  const { publicKey, ...exported } = exportedKey(key)
  if (publicKey === undefined) throw new KmsError('OPERATION_UNSUPPORTED', 'this key has no public key')
  return { ...exported, publicKey }
}

export function exportedKey(key: Key): ExportedKey {
  const { id, type, publicKey } = newestVersion(key)
  const { publicPart } = keyTypes[type]
  if (publicKey === undefined || publicPart === undefined) return { id, type }
  return { id, type, publicKey: publicPart.encode(publicKey, id) }
}
