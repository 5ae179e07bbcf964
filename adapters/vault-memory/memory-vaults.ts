import { createHash, createHmac } from 'node:crypto'
import { KmsError, type SecretBytes, type Vault, type VaultBinding, type VaultPort } from '@keyhold/core'

interface StoredDocument {
  readonly name: string
  /** Says which recipient key it is encrypted to. */
  readonly recipient: string
  readonly content: Uint8Array
}

/** Vaults that live and end with the process, for tests: whoever runs them can do to documents what he likes. */
export class MemoryVaults implements VaultPort {
  /** By the vault's URL, and by an id that depends on the MAC key. */
  readonly #vaults = new Map<string, Map<string, StoredDocument>>()
  #closed = false

  async open({ url, recipientKey, macKey }: VaultBinding): Promise<Vault> {
    const recipient = recipientKey.lend(bytes => createHash('sha256').update(bytes).digest('hex'))
    recipientKey.wipe()
    if (this.#closed) {
      macKey.wipe()
      throw closed()
    }
    return new MemoryVault(this.#documents(url), recipient, macKey, () => this.#closed)
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  /** The names of what is in a vault. */
  names(url: string): string[] {
    return Array.from(this.#documents(url).values(), ({ name }) => name)
  }

  /** Forgets a document. */
  lose(url: string, name: string): void {
    this.#documents(url).delete(this.#idOf(url, name))
  }

  /** Answers each of two documents when asked for the other. */
  swap(url: string, one: string, other: string): void {
    const documents = this.#documents(url)
    const [first, second] = [this.#idOf(url, one), this.#idOf(url, other)]
    const [document, another] = [documents.get(first), documents.get(second)]
    if (document === undefined || another === undefined) throw new Error('there is no such document')
    documents.set(first, another).set(second, document)
  }

  /** Puts another content in the place of a document's, encrypted as it was: whoever knows the public key can. */
  replace(url: string, name: string, content: Uint8Array): void {
    const documents = this.#documents(url)
    const id = this.#idOf(url, name)
    const document = documents.get(id)
    if (document !== undefined) documents.set(id, { ...document, content: Uint8Array.from(content) })
  }

  #documents(url: string): Map<string, StoredDocument> {
    const documents = this.#vaults.get(url) ?? new Map<string, StoredDocument>()
    this.#vaults.set(url, documents)
    return documents
  }

  #idOf(url: string, name: string): string {
    const found = Array.from(this.#documents(url)).find(([, document]) => document.name === name)
    if (found === undefined) throw new Error('there is no such document')
    return found[0]
  }
}

class MemoryVault implements Vault {
  readonly #documents: Map<string, StoredDocument>
  readonly #recipient: string
  readonly #macKey: SecretBytes
  readonly #isPortClosed: () => boolean
  #closed = false

  constructor(
    documents: Map<string, StoredDocument>,
    recipient: string,
    macKey: SecretBytes,
    isPortClosed: () => boolean,
  ) {
    this.#documents = documents
    this.#recipient = recipient
    this.#macKey = macKey
    this.#isPortClosed = isPortClosed
  }

  async put(name: string, content: Uint8Array): Promise<void> {
    const id = this.#idOf(name)
    if (this.#documents.has(id)) return
    this.#documents.set(id, { name, recipient: this.#recipient, content: Uint8Array.from(content) })
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const document = this.#documents.get(this.#idOf(name))
    if (document === undefined) return undefined
    if (document.recipient !== this.#recipient || document.name !== name) {
      throw new KmsError('VAULT_CORRUPT', 'a document in the vault is not what was put there')
    }
    return Uint8Array.from(document.content)
  }

  async remove(name: string): Promise<void> {
    this.#documents.delete(this.#idOf(name))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#macKey.wipe()
  }

  #idOf(name: string): string {
    if (this.#closed || this.#isPortClosed()) throw closed()
    return this.#macKey.lend(key => createHmac('sha256', key).update(name).digest('hex'))
  }
}

function closed(): KmsError {
  return new KmsError('VAULT_UNAVAILABLE', 'the vault is closed')
}
