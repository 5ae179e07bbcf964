import type { KeyTypeName } from '@keyhold/core/wire'
import type { Jwk } from './jwk.ts'

/** A public key in the form that its type has. */
export interface ExportedKey {
  readonly type: KeyTypeName
  readonly publicKey: Uint8Array
}

/** The other forms of a public key. */
export interface PublicForms {
  readonly jwk: Jwk
  /** SubjectPublicKeyInfo, in DER. */
  readonly spki: Uint8Array
  readonly multikey: string
  readonly did_key: string
}

/** As they are answered. */
export type ExportReply = { readonly key_type: KeyTypeName; readonly public_key: string } & {
  readonly [Form in keyof PublicForms]: Form extends 'spki' ? string : PublicForms[Form]
}
