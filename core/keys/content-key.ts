import { type KeyTypeName, keyTypeNames, keyTypes } from '../algorithms/index.ts'
import type { KeyType } from '../algorithms/key-type.ts'
import type { Caller } from '../authorization/caller.ts'
import type { Kms } from '../kms.ts'
import { findKeystore, hold, type KeyAddress, type ResolvedKey } from './resolve-key.ts'
import { unsupported } from './use-primitive.ts'

/** The types that a key for the encryption of a content can have. */
export const contentKeyTypeNames = keyTypeNames.filter(name => (keyTypes[name] as KeyType).aead !== undefined)

export interface ContentKey {
  readonly action: 'encrypt' | 'decrypt'
  readonly keystoreId: string
  readonly type: KeyTypeName
  /** What was unwrapped. They stay the caller's. */
  readonly bytes: Uint8Array
}

/** No key of a keystore has this id. */
const nowhere = ''

/**
 * Lends a key for the encryption of a content that is stored nowhere, such as an unwrapping makes, to one operation. Whoever
 * has its bytes can do the same elsewhere, so there is nothing to decide about.
 *
 * @param use is given who can use the key, and the address under which
 * @throws KmsError INVALID_REQUEST if the bytes are none of that type
 */
export async function withContentKey<T>(
  kms: Kms,
  caller: Caller,
  { action, keystoreId, type, bytes }: ContentKey,
  use: (caller: Caller, address: KeyAddress) => Promise<T>,
): Promise<T> {
  const { random, computation } = kms.toolsFor(keystoreId)
  const [{ keystore }, { secret }] = await Promise.all([
    findKeystore(kms, caller, keystoreId),
    keyTypes[type].importSecret(bytes, random, computation),
  ])
  if (secret === undefined) throw unsupported()
  const holder = { ...caller }
  const version = { number: 1, id: nowhere, type, state: 'active', createdAt: kms.ports.clock.now() } as const
  const key = { keystoreId, id: nowhere, state: 'active', versions: [version], revision: 1 } as const
  const resolved = { keystore, caller: holder, key, content: secret } as unknown as ResolvedKey
  hold(holder, { action, keystoreId, keyId: nowhere, resolved })
  return secret.spend(() => use(holder, { keystoreId, keyId: nowhere }))
}
