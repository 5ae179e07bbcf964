import type { KeyTypeName } from '../algorithms/index.ts'
import { KmsError } from '../errors.ts'
import type { State } from './keystore.ts'

/** One generation of a key. A version is never changed by the rotation that adds the next one. */
export interface KeyVersion {
  /** 1 for the first, counted up by rotation. */
  readonly number: number
  /** The id by which callers know this version; it goes on naming the key after a rotation. */
  readonly id: string
  /**
   * Another id under which the key is found: the thumbprint of its public key, if that is not its id and boxes can be
   * made for it, whose senders know nothing else of it.
   */
  readonly thumbprint?: string
  readonly type: KeyTypeName
  readonly state: State
  /** Unix time, milliseconds. */
  readonly createdAt: number
  /** The private or symmetric material, locked under the keystore's lock; absent in a verification key. */
  readonly locked?: Uint8Array
  /** The raw public key; absent in a symmetric key. */
  readonly publicKey?: Uint8Array
}

export interface Key {
  readonly keystoreId: string
  /** The id of the first version. Locked material is bound to it, so it never changes. */
  readonly id: string
  readonly state: State
  /** Oldest first. */
  readonly versions: readonly [KeyVersion, ...KeyVersion[]]
  readonly revision: number
}

/** A record is read whole by every use of the key, so its size must stay bounded. */
const maximumVersions = 1000

/** The newest version: the one that signs, encrypts and computes MACs. */
export function newestVersion(key: Key): KeyVersion {
  return key.versions.at(-1) ?? key.versions[0]
}

/** Newest first, those that may still be used: a signature, MAC or ciphertext may be any version's. */
export function usableVersions(key: Key): KeyVersion[] {
  return key.versions.filter(version => version.state === 'active').reverse()
}

/** The key with one more version, and no other change. @throws KmsError LIMIT_EXCEEDED */
export function addVersion(key: Key, version: KeyVersion): Key {
  if (key.versions.length >= maximumVersions) {
    throw new KmsError('LIMIT_EXCEEDED', 'this key has as many versions as a key can have: make a new one')
  }
  return { ...key, revision: key.revision + 1, versions: [...key.versions, version] }
}
