import { type KeyTypeName, keyTypes, parseKeyTypeName } from '../algorithms/index.ts'
import type { KeyMaterial } from '../algorithms/key-type.ts'
import type { Caller } from '../authorization/caller.ts'
import { invalidRequest, KmsError } from '../errors.ts'
import { withKeyRecords } from '../keys/keystore-vault.ts'
import { newVersion, ownKeyId } from '../keys/new-version.ts'
import { type KeyAddress, noteKey, type ResolvedKey, resolveKey } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import { addVersion, type Key, newestVersion } from '../records/key.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type ExportedKey, exportedKey } from './export-key.ts'

export interface RotateKeyCommand extends KeyAddress {
  /** The type of the new version, of the same family as the old one. */
  readonly keyType: string
  /** What is asked of the new version beyond its type. */
  readonly attributes?: readonly string[]
}

/** How often a rotation starts over because another one was faster. */
const attempts = 10

/**
 * Adds a version to a key, in one atomic write that leaves the older versions as they are. The new version's id and
 * all older ids name the key from then on. Rotations of one key that run at the same time each add a version.
 *
 * @throws KmsError UNSUPPORTED_KEY_TYPE, INVALID_REQUEST, OPERATION_UNSUPPORTED, LIMIT_EXCEEDED, CONFLICT, and those of
 * `resolveKey`
 */
export async function rotateKey(kms: Kms, caller: Caller, command: RotateKeyCommand): Promise<ExportedKey> {
  const { random, computation, ed25519 } = kms.toolsFor(command.keystoreId)
  let made: KeyMaterial | undefined
  try {
    for (let attempt = 1; ; attempt += 1) {
      const resolved = await resolveKey(kms, caller, 'rotateKey', command)
      const type = nextType(kms, resolved.key, command.keyType)
      // Once for all attempts: some keys take a second to make, in which others would be faster again and again.
      made ??= await keyTypes[type].generate(random, command.attributes, computation, ed25519)
      try {
        return await addNextVersion(kms, resolved, type, copyOf(made))
      } catch (error) {
        const lost = error instanceof KmsError && error.code === 'CONFLICT'
        if (!lost || attempt === attempts) throw error
      }
    }
  } finally {
    made?.secret?.wipe()
  }
}

/** @throws KmsError UNSUPPORTED_KEY_TYPE, INVALID_REQUEST, OPERATION_UNSUPPORTED */
function nextType(kms: Kms, key: Key, name: string): KeyTypeName {
  const newest = newestVersion(key)
  const type = parseKeyTypeName(name, kms.experimentalKeyTypes)
  if (newest.locked === undefined) {
    throw new KmsError('OPERATION_UNSUPPORTED', 'this key was imported to verify only and cannot be rotated')
  }
  if (keyTypes[type].family !== keyTypes[newest.type].family) {
    throw invalidRequest('key_type: a key can be rotated only to a type of its own family')
  }
  return type
}

async function addNextVersion(
  kms: Kms,
  resolved: ResolvedKey,
  type: KeyTypeName,
  material: KeyMaterial,
): Promise<ExportedKey> {
  const { key } = resolved
  const number = newestVersion(key).number + 1
  const place = { keyId: key.id, number, id: ownKeyId(kms, type, material), type }
  const rotated = addVersion(key, await newVersion(kms, resolved, place, material))
  await withKeyRecords(kms, resolved.keystore, records => records.replaceKey(rotated))
  noteKey(resolved.caller, rotated, newestVersion(rotated))
  return exportedKey(rotated)
}

function copyOf({ secret, ...rest }: KeyMaterial): KeyMaterial {
  return secret === undefined
    ? rest
    : { ...rest, secret: secret.lend(bytes => new SecretBytes(Uint8Array.from(bytes))) }
}
