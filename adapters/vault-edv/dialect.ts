import type { RequestHeaders, UnsignedRequest } from '@keyhold/client'
import type { VaultBinding } from '@keyhold/core'
import type { DocumentCipher } from './document-cipher.ts'
import type { EdvAction, EdvConnection } from './edv-connection.ts'

/** How a kind of vault is spoken with. */
export interface EdvDialect {
  /** The id of a document, from 16 bytes. */
  documentId(bytes: Uint8Array): string

  /** Signs a request and invokes the vault's capability. @param now Unix time, milliseconds */
  sign(request: UnsignedRequest, action: EdvAction, binding: VaultBinding, now: number): Promise<RequestHeaders>

  /** The documents of a vault. */
  documents(connection: EdvConnection, cipher: DocumentCipher): EdvDocuments
}

/** The documents of a vault by their ids, encrypted on the way. Codes: those of `Vault`. */
export interface EdvDocuments {
  put(id: string, plaintext: Uint8Array, signal: AbortSignal): Promise<void>
  get(id: string, signal: AbortSignal): Promise<Uint8Array | undefined>
  remove(id: string, signal: AbortSignal): Promise<void>
}
