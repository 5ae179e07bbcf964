import type { KeyTypeName } from '@keyhold/core'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { KeyClient, KeystoreClient } from '../../support/keystore-client.ts'

/** Imports the keys of a vector file into a keystore, each distinct one once. Undefined for a key that is refused. */
export class ImportedKeys {
  readonly #keystore: KeystoreClient
  readonly #keys = new Map<string, Promise<KeyClient | undefined>>()

  constructor(keystore: KeystoreClient) {
    this.#keystore = keystore
  }

  secretKey(keyType: KeyTypeName, hex: string): Promise<KeyClient | undefined> {
    return this.#once(hex, () => this.#keystore.tryImportKey(keyType, { key: hexToBytes(hex) }))
  }

  publicKey(keyType: KeyTypeName, hex: string): Promise<KeyClient | undefined> {
    return this.#once(hex, () => this.#keystore.tryImportKey(keyType, { publicKey: hexToBytes(hex) }))
  }

  #once(hex: string, load: () => Promise<KeyClient | undefined>): Promise<KeyClient | undefined> {
    const key = this.#keys.get(hex) ?? load()
    this.#keys.set(hex, key)
    return key
  }
}
