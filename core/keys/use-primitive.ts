import { keyTypes } from '../algorithms/index.ts'
import type { PublicOpeners, PublicPrimitives, SecretOpeners, SecretPrimitives } from '../algorithms/key-type.ts'
import type { Soon } from '../at-once.ts'
import { KmsError } from '../errors.ts'
import type { Kms } from '../kms.ts'
import { keyContext } from '../locks/lock-context.ts'
import type { KeyVersion } from '../records/key.ts'
import { withKeystoreLock } from './keystore-lock.ts'
import { noteKey, type ResolvedKey } from './resolve-key.ts'

/**
 * Lends a primitive that needs a version's secret to `use`. If the version is not open already it is opened through
 * the hierarchy of locks: server lock, keystore's lock, key; one that is open is used at once.
 *
 * @throws KmsError OPERATION_UNSUPPORTED if the version's type has no such primitive, or its secret is not held here;
 * NOT_ACTIVE
 */
export function useSecret<P extends keyof SecretPrimitives, T>(
  kms: Kms,
  { keystore, caller, key, content }: ResolvedKey,
  version: KeyVersion,
  primitive: P,
  use: (primitive: SecretPrimitives[P]) => Soon<T>,
): Soon<T> {
  const openers: SecretOpeners = keyTypes[version.type]
  const opener = openers[primitive]
  if (content !== undefined && opener !== undefined) {
    return useOnce(
      content.lend(bytes => opener(bytes, new Uint8Array(0), kms.toolsFor(keystore.id))),
      use,
    )
  }
  noteKey(caller, key, version)
  const { locked, publicKey = new Uint8Array(0) } = version
  if (opener === undefined || locked === undefined) throw unsupported()
  if (version.state !== 'active') throw new KmsError('NOT_ACTIVE', 'this version of the key is not active')
  const open = async () => {
    const context = keyContext(key.keystoreId, key.id, version.number, version.type)
    const secret = await withKeystoreLock(kms, caller, keystore, lock => lock.unlock(locked, context))
    return secret.spend(bytes => opener(bytes, publicKey, kms.toolsFor(keystore.id)))
  }
  return kms.openedKeys.lend(nameOf(key.keystoreId, key.id, version.number, primitive), locked, open, use)
}

async function useOnce<P extends SecretPrimitives[keyof SecretPrimitives], T>(
  opened: P,
  use: (primitive: P) => Soon<T>,
): Promise<T> {
  try {
    return await use(opened)
  } finally {
    opened.close?.()
  }
}

/** Lends a primitive that needs the public key alone. No lock is opened. @throws KmsError OPERATION_UNSUPPORTED */
export function usePublic<P extends keyof PublicPrimitives, T>(
  kms: Kms,
  { caller, key }: ResolvedKey,
  version: KeyVersion,
  primitive: P,
  use: (primitive: PublicPrimitives[P]) => Soon<T>,
): Soon<T> {
  noteKey(caller, key, version)
  const { publicKey } = version
  const openers: PublicOpeners = keyTypes[version.type]
  const opener = openers[primitive]
  if (publicKey === undefined || opener === undefined) throw unsupported()
  const open = async () => opener(publicKey, kms.toolsFor(key.keystoreId))
  return kms.openedKeys.lend(nameOf(key.keystoreId, key.id, version.number, primitive), publicKey, open, use)
}

export function unsupported(): KmsError {
  return new KmsError('OPERATION_UNSUPPORTED', 'this key cannot do this operation')
}

/** Ids hold no slash, so no two primitives share a name. */
function nameOf(keystoreId: string, keyId: string, version: number, primitive: string): string {
  return `${keystoreId}/${keyId}/${version}/${primitive}`
}
