import type { Action } from '../authorization/action.ts'
import { authorize, type Caller } from '../authorization/authorize.ts'
import { isIdentifier } from '../encoding/identifier.ts'
import { KmsError } from '../errors.ts'
import type { Kms } from '../kms.ts'
import type { Key } from '../records/key.ts'
import type { Keystore, State } from '../records/keystore.ts'

declare const resolved: unique symbol

/** A keystore that the caller may use in the way that was asked. Only `resolveKeystore` makes one. */
export interface ResolvedKeystore {
  readonly [resolved]: true
  readonly keystore: Keystore
}

/** A key that the caller may use in the way that was asked. Only `resolveKey` makes one. */
export interface ResolvedKey extends ResolvedKeystore {
  readonly key: Key
}

export interface KeyAddress {
  readonly keystoreId: string
  readonly keyId: string
}

/** @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN, NOT_ACTIVE */
export async function resolveKeystore(
  kms: Kms,
  caller: Caller,
  action: Action,
  keystoreId: string,
  keyId?: string,
): Promise<ResolvedKeystore> {
  const keystore = isIdentifier(keystoreId) ? await kms.records.findKeystore(keystoreId) : undefined
  if (keystore === undefined) throw new KmsError('KEYSTORE_NOT_FOUND', 'there is no such keystore')
  authorize(caller, action, keyId === undefined ? { keystore } : { keystore, keyId })
  requireActive(keystore, 'this keystore is not active')
  return { keystore } as ResolvedKeystore
}

/** @throws KmsError KEYSTORE_NOT_FOUND, KEY_NOT_FOUND, FORBIDDEN, NOT_ACTIVE */
export async function resolveKey(
  kms: Kms,
  caller: Caller,
  action: Action,
  { keystoreId, keyId }: KeyAddress,
): Promise<ResolvedKey> {
  const { keystore } = await resolveKeystore(kms, caller, action, keystoreId, keyId)
  const key = isIdentifier(keyId) ? await kms.records.findKey(keystoreId, keyId) : undefined
  if (key === undefined) throw new KmsError('KEY_NOT_FOUND', 'there is no such key in this keystore')
  requireActive(key, 'this key is not active')
  return { keystore, key } as ResolvedKey
}

function requireActive({ state }: { readonly state: State }, message: string): void {
  if (state !== 'active') throw new KmsError('NOT_ACTIVE', message)
}
