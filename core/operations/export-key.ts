import { type KeyTypeName, keyTypes } from '../algorithms/index.ts'
import { type PublicFormName, type PublicJwk, publicForms } from '../algorithms/public-forms.ts'
import type { Caller } from '../authorization/caller.ts'
import { invalidRequest, KmsError } from '../errors.ts'
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
  if (publicKey === undefined) throw withoutPublicKey()
  return { ...exported, publicKey }
}

export interface ExportFormCommand extends KeyAddress {
  readonly form: PublicFormName
}

/** A public key as other software knows it: a JWK, the bytes of a SubjectPublicKeyInfo, or a text. */
export interface ExportedForm {
  readonly type: KeyTypeName
  readonly form: PublicJwk | Uint8Array | string
}

/** The same in another form. @throws KmsError INVALID_REQUEST if keys of this type have no such form, and as `exportKey` */
export async function exportForm(
  kms: Kms,
  caller: Caller,
  { form: name, ...address }: ExportFormCommand,
): Promise<ExportedForm> {
  const { key } = await resolveKey(kms, caller, 'exportKey', address)
  const { id, type, publicKey } = newestVersion(key)
  const { publicPart } = keyTypes[type]
  if (publicKey === undefined || publicPart === undefined) throw withoutPublicKey()
  const form = publicForms[name](publicPart, publicKey, id)
  if (form === undefined) throw invalidRequest('format: none is registered for keys of this type')
  return { type, form }
}

export function exportedKey(key: Key): ExportedKey {
  const { id, type, publicKey } = newestVersion(key)
  const { publicPart } = keyTypes[type]
  if (publicKey === undefined || publicPart === undefined) return { id, type }
  return { id, type, publicKey: publicPart.encode(publicKey, id) }
}

function withoutPublicKey(): KmsError {
  return new KmsError('OPERATION_UNSUPPORTED', 'this key has no public key')
}
