import { type KeyTypeName, keyTypes } from '../algorithms/index.ts'
import type { KeyMaterial } from '../algorithms/key-type.ts'
import { thumbprint } from '../algorithms/thumbprint.ts'
import { newKeyId } from '../encoding/identifier.ts'
import type { Kms } from '../kms.ts'
import { keyContext } from '../locks/lock-context.ts'
import type { Key, KeyVersion } from '../records/key.ts'
import { withKeystoreLock } from './keystore-lock.ts'
import type { ResolvedKeystore } from './resolve-key.ts'

/**
 * The id of a key that was made here: the thumbprint of its public part, so that callers who hold the public key can
 * name it; random if there is none.
 */
export function ownKeyId(kms: Kms, type: KeyTypeName, { publicKey }: KeyMaterial): string {
  const { publicPart } = keyTypes[type]
  return publicPart === undefined || publicKey === undefined
    ? newKeyId(kms.ports.random)
    : thumbprint(publicPart.jwk(publicKey))
}

/** A key with its first version. Its secret is locked, bound to where it will stand, and wiped. */
export async function newKey(
  kms: Kms,
  resolved: ResolvedKeystore,
  id: string,
  type: KeyTypeName,
  material: KeyMaterial,
): Promise<Key> {
  const keystoreId = resolved.keystore.id
  const version = await newVersion(kms, resolved, { keyId: id, number: 1, id, type }, material)
  return { keystoreId, id, state: 'active', versions: [version], revision: 1 }
}

/** A version that is not stored yet. Its secret is locked, bound to where it will stand, and wiped. */
export async function newVersion(
  kms: Kms,
  { keystore, caller }: ResolvedKeystore,
  { keyId, number, id, type }: Pick<KeyVersion, 'number' | 'id' | 'type'> & { readonly keyId: string },
  { secret, publicKey }: KeyMaterial,
): Promise<KeyVersion> {
  const locked = await secret?.spend(bytes =>
    withKeystoreLock(kms, caller, keystore, lock => lock.lock(bytes, keyContext(keystore.id, keyId, number, type))),
  )
  return {
    number,
    id,
    type,
    state: 'active',
    createdAt: kms.ports.clock.now(),
    ...(locked && { locked }),
    ...(publicKey && { publicKey }),
  }
}
