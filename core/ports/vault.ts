import type { SecretBytes } from '../secrets/secret-bytes.ts'

/** What a user's Encrypted Data Vault is reached with, and what the documents in it are encrypted and named with. */
export interface VaultBinding {
  /** Of the vault itself, without a slash at its end: `https://…/encrypted-data-vaults/{id}` or `https://…/edvs/{id}`. */
  readonly url: string
  /** The capability that the vault's controller has delegated to `signer`: a JSON object, of which nothing was checked. */
  readonly capability: Readonly<Record<string, unknown>>
  /** Signs the requests: a key of the server's, and the DID URL by which it is known. */
  readonly signer: {
    readonly didUrl: string
    readonly signer: { sign(message: Uint8Array): Uint8Array | Promise<Uint8Array> }
  }
  /** The EDV recipient key: a scalar on P-256, big-endian, 32 bytes. Whoever opens the vault owns it from then on. */
  readonly recipientKey: SecretBytes
  /** The EDV MAC key: 32 bytes. As above. */
  readonly macKey: SecretBytes
}

/**
 * Opens the vaults that users bring along.
 *
 * Codes: INVALID_REQUEST if a vault's URL is none that may be called, or its capability is of no known dialect. Nothing
 * but `KmsError` is thrown.
 */
export interface VaultPort {
  /** Opens a vault; nothing is sent yet. */
  open(binding: VaultBinding): Promise<Vault>

  /** Ends the use of all vaults. May be called more than once. */
  close(): Promise<void>
}

/**
 * A user's vault: documents that are written once and never changed. It is an adversary: what it answers is decrypted,
 * but whether it is what was put there is for the caller to find out. A name is any text of 1 to 512 UTF-8 bytes, and
 * the vault learns neither names nor contents.
 *
 * Codes: VAULT_REFUSED when it does not accept the capability (any more); VAULT_UNAVAILABLE when it does not answer in
 * time, or with something else than its protocol says, and for every call after `close`; VAULT_CORRUPT when a document
 * does not decrypt. Nothing but `KmsError` is thrown.
 */
export interface Vault {
  /**
   * Puts a document there, in one request. Durable when it resolves. To put what is there already is no error, and
   * whether it had the same content is not looked at: callers name a document after its content.
   */
  put(name: string, content: Uint8Array): Promise<void>

  /** Absence is `undefined`. The caller owns the result. */
  get(name: string): Promise<Uint8Array | undefined>

  /** Removes a document; that there is none is no error. */
  remove(name: string): Promise<void>

  /** Wipes the keys. May be called more than once. */
  close(): Promise<void>
}
