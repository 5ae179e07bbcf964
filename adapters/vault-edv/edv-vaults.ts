import { compressCapability } from '@keyhold/client'
import { type Clock, invalidRequest, type Random, type Vault, type VaultBinding, type VaultPort } from '@keyhold/core'
import { GuardedHttp } from '../shared/guarded-http.ts'
import type { Observable } from '../shared/observe-call.ts'
import type { OutgoingTls } from '../shared/outgoing-tls.ts'
import { UrlGuard } from '../shared/url-guard.ts'
import type { EdvDialect } from './dialect.ts'
import { DocumentCipher } from './document-cipher.ts'
import { EdvConnection } from './edv-connection.ts'
import { vaultClosed } from './edv-errors.ts'
import { EdvVault } from './edv-vault.ts'
import { importRecipientKey, type RecipientKey } from './recipient-key.ts'
import { specEdv } from './spec-edv.ts'
import { trustblocEdv } from './trustbloc-edv.ts'

export interface EdvVaultsOptions extends OutgoingTls, Observable {
  /** Origins that may be reached by plain HTTP, or at a private address. */
  readonly allow: readonly string[]
  /** Milliseconds for a whole call of a vault. */
  readonly timeout: number
  readonly random: Random
  readonly clock: Clock
}

/** By the first context of a vault's capability. */
const dialects: ReadonlyMap<unknown, EdvDialect> = new Map([
  ['https://w3id.org/security/v2', trustblocEdv],
  ['https://w3id.org/zcap/v1', specEdv],
])

/** Whatever else a server may do with a POST, it is not done to such a path. */
const vaultPath = /^(?:\/[A-Za-z0-9._~-]+)*\/(?:encrypted-data-vaults|edvs)\/[A-Za-z0-9._~-]+$/

/** Bytes of an answer. A document is almost twice as large as its content. */
const maximumBytes = 1_048_576

/** Characters of a capability in a header: servers take 16 KiB of headers, and some of them half of that. */
const maximumCapability = 6144

/** Opens Encrypted Data Vaults (DIF), in the dialects of TrustBloc's and of Digital Bazaar's servers. */
export function openEdvVaults(options: EdvVaultsOptions): VaultPort {
  return new EdvVaults(options)
}

class EdvVaults implements VaultPort {
  readonly #options: EdvVaultsOptions
  readonly #guard: UrlGuard
  readonly #http: GuardedHttp
  readonly #vaults = new Set<Vault>()
  #closed = false

  constructor(options: EdvVaultsOptions) {
    this.#options = options
    this.#guard = new UrlGuard({ allow: options.allow })
    const { timeout, ca, observe } = options
    this.#http = new GuardedHttp({ guard: this.#guard, timeout, maximumBytes, ca, observe })
  }

  async open(binding: VaultBinding): Promise<Vault> {
    const { recipientKey, macKey } = binding
    try {
      const url = this.#check(binding.url)
      const dialect = await dialectOf(binding.capability)
      const key = await keyOf(recipientKey)
      if (this.#closed) throw vaultClosed()
      const vault = new EdvVault(this.#partsOf({ ...binding, url }, dialect, key), () => this.#vaults.delete(vault))
      this.#vaults.add(vault)
      return vault
    } catch (error) {
      macKey.wipe()
      throw error
    } finally {
      recipientKey.wipe()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const vault of this.#vaults) await vault.close()
    await this.#http.close()
  }

  /** The guard has refused whatever could be read in two ways. */
  #check(text: string): string {
    const { pathname, href } = this.#guard.check(text)
    if (!vaultPath.test(pathname)) throw invalidRequest('the URL of the vault is not that of an Encrypted Data Vault')
    return href
  }

  #partsOf(binding: VaultBinding, dialect: EdvDialect, key: RecipientKey) {
    const { timeout, random, clock } = this.#options
    const connection = new EdvConnection({
      url: binding.url,
      http: this.#http,
      sign: (request, action) => dialect.sign(request, action, binding, clock.now()),
      random,
    })
    const documents = dialect.documents(connection, new DocumentCipher(key))
    return { dialect, documents, macKey: binding.macKey, timeout }
  }
}

async function dialectOf(capability: VaultBinding['capability']): Promise<EdvDialect> {
  const { '@context': context } = capability
  const dialect = dialects.get(Array.isArray(context) ? context[0] : context)
  if (dialect === undefined) throw invalidRequest('the capability of the vault is of no known kind')
  if ((await compressCapability(capability, true)).length > maximumCapability) {
    throw invalidRequest('the capability of the vault is too large')
  }
  return dialect
}

async function keyOf(recipientKey: VaultBinding['recipientKey']): Promise<RecipientKey> {
  try {
    return await importRecipientKey(recipientKey)
  } catch {
    // The error of OpenSSL is about bytes that are secret.
    throw invalidRequest('the recipient key of the vault is no key on P-256')
  }
}
