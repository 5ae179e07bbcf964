import { KmsError, type SecretBytes, type Vault } from '@keyhold/core'
import { DeadlineError, withDeadline } from '../shared/deadline.ts'
import { InFlight } from '../shared/in-flight.ts'
import type { EdvDialect, EdvDocuments } from './dialect.ts'
import { documentIdBytes } from './document-id.ts'
import { vaultClosed, vaultUnavailable } from './edv-errors.ts'
import { readDocument, writeDocument } from './structured-document.ts'

export interface EdvVaultParts {
  readonly dialect: EdvDialect
  readonly documents: EdvDocuments
  readonly macKey: SecretBytes
  /** Milliseconds for a whole call. */
  readonly timeout: number
}

/** Calls of one vault that may be under way: one that hangs must not fill the memory. */
const maximumCalls = 1000

/** A vault that is open until it is closed. */
export class EdvVault implements Vault {
  #parts: EdvVaultParts | undefined
  readonly #inFlight = new InFlight(maximumCalls)
  readonly #closed: () => void

  /** @param closed called when it is closed */
  constructor(parts: EdvVaultParts, closed: () => void) {
    this.#parts = parts
    this.#closed = closed
  }

  async put(name: string, content: Uint8Array): Promise<void> {
    await this.#call(name, (documents, id, signal) => documents.put(id, writeDocument(id, name, content), signal))
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#call(name, async (documents, id, signal) => {
      const plaintext = await documents.get(id, signal)
      return plaintext && readDocument(plaintext, name)
    })
  }

  async remove(name: string): Promise<void> {
    await this.#call(name, (documents, id, signal) => documents.remove(id, signal))
  }

  async close(): Promise<void> {
    this.#parts?.macKey.wipe()
    this.#parts = undefined
    this.#closed()
  }

  async #call<T>(
    name: string,
    call: (documents: EdvDocuments, id: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.#parts === undefined) throw vaultClosed()
    const { dialect, documents, macKey, timeout } = this.#parts
    const id = dialect.documentId(documentIdBytes(macKey, name))
    const refuse = () => vaultUnavailable('too many calls are under way')
    try {
      return await this.#inFlight.run(() => withDeadline(timeout, signal => call(documents, id, signal)), refuse)
    } catch (error) {
      if (error instanceof KmsError) throw error
      if (error instanceof DeadlineError) throw vaultUnavailable(error.message)
      throw error
    }
  }
}
