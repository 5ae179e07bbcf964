import type { SentPrivateKey, SentPublicKey } from '../algorithms/key-agreement.ts'
import type { KeyAddress } from '../keys/resolve-key.ts'

export interface WrapCommand {
  readonly keystoreId: string
  /** The key to be wrapped, for the encryption of a content. Wiped when the call has ended. */
  readonly cek: Uint8Array
  readonly recipient: SentPublicKey
  readonly apu: Uint8Array
  readonly apv: Uint8Array
  /** Default: AES key wrap, as existing clients expect it for a CEK of this length. */
  readonly algorithm?: string
  /**
   * The ephemeral key, if the sender has made one: a JWE for several recipients has one alone, and its tag, which
   * ECDH-1PU wants, covers it. It tells its maker nothing that the CEK does not. Wiped when the call has ended.
   */
  readonly ephemeral?: SentPrivateKey
}

export interface WrappedKey {
  readonly algorithm: string
  readonly encryptedCek: Uint8Array
  /** The ephemeral public key, of ECDH. */
  readonly epk?: SentPublicKey
  /** The encapsulated key, of ML-KEM: its ciphertext. */
  readonly ek?: Uint8Array
  readonly apu: Uint8Array
  readonly apv: Uint8Array
}

export interface UnwrapCommand extends KeyAddress, Required<WrappedKey> {
  /** Whose key has wrapped, which ECDH-1PU alone asks for. */
  readonly sender?: SentPublicKey
  readonly tag: Uint8Array
}
