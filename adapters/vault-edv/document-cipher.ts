import { flattenedDecrypt, GeneralEncrypt, type GeneralJWE } from 'jose'
import { vaultCorrupt } from './edv-errors.ts'
import { contentAlgorithm, keyAlgorithm, readJwe } from './jwe-shape.ts'
import type { RecipientKey } from './recipient-key.ts'

/** Encrypts documents to a vault's recipient key, and opens what is encrypted to it. Both algorithms are fixed. */
export class DocumentCipher {
  readonly #key: RecipientKey

  constructor(key: RecipientKey) {
    this.#key = key
  }

  /** A JWE of the form that both kinds of vaults take: general, with its algorithm in the header of each recipient. */
  encrypt(plaintext: Uint8Array): Promise<GeneralJWE> {
    return new GeneralEncrypt(plaintext)
      .setProtectedHeader({ enc: contentAlgorithm })
      .addRecipient(this.#key.publicKey)
      .setUnprotectedHeader({ alg: keyAlgorithm, kid: this.#key.kid })
      .encrypt()
  }

  /** @throws KmsError VAULT_CORRUPT */
  async decrypt(json: unknown): Promise<Uint8Array> {
    const jwe = readJwe(json)
    try {
      const { plaintext } = await flattenedDecrypt(jwe, this.#key.privateKey, {
        keyManagementAlgorithms: [keyAlgorithm],
        contentEncryptionAlgorithms: [contentAlgorithm],
      })
      return plaintext
    } catch {
      throw vaultCorrupt('a document does not decrypt')
    }
  }
}
