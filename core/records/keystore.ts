import type { TokenOwner } from '../ports/index.ts'
import type { ShareField } from '../shamir/shares.ts'

/** The states in which a keystore or key may be (SP 800-57 part 1, section 7). Only an active one can be used. */
export type State = 'active' | 'suspended'

/**
 * How a keystore's lock is opened. With `server-held` the server lock alone opens the lock key. With `shamir` the lock
 * key is derived from a secret that the user's share and a held one combine to; `checkValue` tells a wrong share.
 */
export type LockScheme =
  | { readonly kind: 'server-held'; readonly lockedKey: Uint8Array }
  | {
      readonly kind: 'shamir'
      readonly field: ShareField
      readonly checkValue: Uint8Array
    }

/** The user's Encrypted Data Vault, if the keystore's keys live there, and the two keys that the server uses with it. */
export interface EdvBinding {
  readonly vaultUrl: string
  readonly capability: Uint8Array
  readonly lockedRecipientKey: Uint8Array
  readonly lockedMacKey: Uint8Array
}

export interface Keystore {
  readonly id: string
  /** The URL under which it was created: what its capabilities are about. */
  readonly url: string
  /** The DID (or other name) of whoever the keystore belongs to, verbatim. */
  readonly controller: string
  /** Whose access tokens may be used with it, beside capabilities. Absent unless it was created with such a token. */
  readonly owner?: TokenOwner
  /** The root capability that was answered for this controller: JSON, UTF-8. Absent if the controller is no DID. */
  readonly rootCapability?: Uint8Array
  /** Unix time, milliseconds. */
  readonly createdAt: number
  readonly state: State
  readonly lock: LockScheme
  readonly edv?: EdvBinding
  /** Whether everyone may read the public keys, as a JWK Set; absent if the controller alone may. */
  readonly jwks?: 'public'
  readonly revision: number
}
