import { type KeyTypeName, keyTypes, parseKeyTypeName } from '../algorithms/index.ts'
import type { KeyMaterial, KeyType } from '../algorithms/key-type.ts'
import { type SecretJwk, wipeJwk } from '../algorithms/secret-jwk.ts'
import { thumbprint } from '../algorithms/thumbprint.ts'
import type { Caller } from '../authorization/caller.ts'
import { isIdentifier, newKeyId } from '../encoding/identifier.ts'
import { invalidRequest, KmsError } from '../errors.ts'
import { withKeyRecords } from '../keys/keystore-vault.ts'
import { newKey } from '../keys/new-version.ts'
import { noteKey, resolveKeystore } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import { type Key, type KeyVersion, newestVersion } from '../records/key.ts'
import type { Records } from '../records/records.ts'
import { type ExportedKey, exportedKey } from './export-key.ts'

export interface ImportKeyCommand {
  readonly keystoreId: string
  readonly keyType: string
  /** PKCS#8 DER of a private key, or the raw bytes of a symmetric one. Wiped when the import has ended. */
  readonly key?: Uint8Array
  /** The same as a JWK, instead of `key`. Wiped as well. */
  readonly jwk?: SecretJwk
  /** A public key in its type's export form, instead of either: the key can only verify then. */
  readonly publicKey?: Uint8Array
  /** The id that the key shall have; a random one otherwise. */
  readonly keyId?: string
}

/**
 * Imports a key.
 *
 * @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN, NOT_ACTIVE, UNSUPPORTED_KEY_TYPE, INVALID_REQUEST, ALREADY_EXISTS
 */
export async function importKey(kms: Kms, caller: Caller, command: ImportKeyCommand): Promise<ExportedKey> {
  try {
    const resolved = await resolveKeystore(kms, caller, 'importKey', command.keystoreId)
    const id = command.keyId ?? newKeyId(kms.ports.random)
    if (!isIdentifier(id)) throw invalidRequest('key_id: must be 1 to 128 URL-safe characters')
    const type = parseKeyTypeName(command.keyType, kms.experimentalKeyTypes)
    const key = await newKey(kms, resolved, id, type, await readMaterial(kms, type, command))
    await withKeyRecords(kms, resolved.keystore, records => addImported(records, key))
    noteKey(caller, key, newestVersion(key))
    return exportedKey(key)
  } finally {
    command.key?.fill(0)
    if (command.jwk !== undefined) wipeJwk(command.jwk)
  }
}

/**
 * Under its thumbprint as well, if it opens boxes. The same key may be imported more than once: the first has that id
 * then, and opens what any other could.
 */
async function addImported(records: Records, key: Key): Promise<void> {
  const [version] = key.versions
  const other = boxThumbprint(version)
  if (other === undefined || other === version.id) return records.addKey(key)
  try {
    await records.addKey({ ...key, versions: [{ ...version, thumbprint: other }] })
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== 'ALREADY_EXISTS') throw error
    await records.addKey(key)
  }
}

function boxThumbprint({ type, locked, publicKey }: KeyVersion): string | undefined {
  const { box, publicPart } = keyTypes[type]
  if (box === undefined || publicPart === undefined || locked === undefined || publicKey === undefined) return undefined
  return thumbprint(publicPart.jwk(publicKey))
}

async function readMaterial(
  kms: Kms,
  type: KeyTypeName,
  { keystoreId, key, jwk, publicKey }: ImportKeyCommand,
): Promise<KeyMaterial> {
  const { importSecret, importJwk, publicPart }: KeyType = keyTypes[type]
  const { random, computation } = kms.toolsFor(keystoreId)
  if ([key, jwk, publicKey].filter(sent => sent !== undefined).length > 1) {
    throw invalidRequest('key, jwk and public_key: only one can be imported')
  }
  if (key !== undefined) return importSecret(key, random, computation)
  if (jwk !== undefined) {
    if (importJwk === undefined) throw invalidRequest('jwk: a key of this type has none')
    return importJwk(jwk, random, computation)
  }
  if (publicKey === undefined) throw invalidRequest('key: must not be empty')
  if (publicPart === undefined) throw invalidRequest('public_key: a key of this type has none')
  return { publicKey: await publicPart.decode(publicKey, computation) }
}
