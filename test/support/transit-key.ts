import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A refusal as the engine words it. */
export class TransitError extends Error {}

const nonceLength = 12
const tagLength = 16
const types: ReadonlySet<string> = new Set(['aes256-gcm96', 'chacha20-poly1305', 'xchacha20-poly1305'])

export interface TransitKeyOptions {
  readonly type?: string
  readonly derived?: boolean
}

/** A key of the transit engine with its versions: what the engine does with it, and the texts of its refusals. */
export class TransitKey {
  readonly #options: TransitKeyOptions
  readonly #versions = new Map<number, Buffer>([[1, randomBytes(32)]])
  #latest = 1
  #minimumDecryption = 1
  #minimumEncryption = 0
  #minimumAvailable = 0
  deletionAllowed = false
  /** As servers did before they knew associated data. */
  passesOverAssociatedData = false

  constructor(options: TransitKeyOptions) {
    this.#options = options
  }

  rotate(): void {
    this.#latest += 1
    this.#versions.set(this.#latest, randomBytes(32))
  }

  configure({
    min_decryption_version: decryption = this.#minimumDecryption,
    min_encryption_version: encryption = this.#minimumEncryption,
    deletion_allowed: allowed = this.deletionAllowed,
  }: {
    readonly min_decryption_version?: number
    readonly min_encryption_version?: number
    readonly deletion_allowed?: boolean
  }): void {
    if (decryption < this.#minimumAvailable) {
      throw new TransitError('min decryption version should not be less then min available version')
    }
    this.#minimumDecryption = decryption
    this.#minimumEncryption = encryption
    this.deletionAllowed = allowed
  }

  trim(minimum: number): void {
    if (this.#minimumEncryption === 0) {
      throw new TransitError('minimum available version cannot be set when minimum encryption version is not set')
    }
    this.#minimumAvailable = minimum
    for (const version of this.#versions.keys()) if (version < minimum) this.#versions.delete(version)
  }

  encrypt(plaintext: Buffer, associatedData: Buffer): string {
    this.#requireUse(associatedData)
    const nonce = randomBytes(nonceLength)
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.#latest), nonce)
    cipher.setAAD(this.#authenticated(associatedData))
    const bytes = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    return `vault:v${this.#latest}:${bytes.toString('base64')}`
  }

  decrypt(ciphertext: string, associatedData: Buffer): Buffer {
    this.#requireUse(associatedData)
    const [, versionText = '', base64] = /^vault:v([^:]*):([\s\S]*)$/.exec(ciphertext) ?? []
    if (base64 === undefined) throw new TransitError('invalid ciphertext: no prefix')
    if (!/^[+-]?\d{1,18}$/.test(versionText)) {
      throw new TransitError('invalid ciphertext: version number could not be decoded')
    }
    // Version 0 is read as 1, and signs and zeros before it are skipped: so does the engine.
    const version = Number(versionText) || 1
    if (version > this.#latest) throw new TransitError('invalid ciphertext: version is too new')
    if (version < this.#minimumDecryption) {
      throw new TransitError('ciphertext or signature version is disallowed by policy (too old)')
    }
    const unbroken = base64.replace(/[\r\n]/g, '')
    const bytes = Buffer.from(unbroken, 'base64')
    // Bits beyond the last byte are passed over, and line ends are.
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(unbroken) || unbroken.length % 4 !== 0) {
      throw new TransitError('invalid ciphertext: could not decode base64')
    }
    if (bytes.length < nonceLength + tagLength) throw new TransitError('invalid ciphertext length')
    const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(version), bytes.subarray(0, nonceLength))
    decipher.setAAD(this.#authenticated(associatedData)).setAuthTag(bytes.subarray(-tagLength))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()])
    } catch {
      throw new TransitError('cipher: message authentication failed')
    }
  }

  #requireUse(associatedData: Buffer): void {
    const { type = 'aes256-gcm96', derived = false } = this.#options
    if (associatedData.length > 0 && !types.has(type)) {
      throw new TransitError(`'[0].associated_data' provided for non-AEAD cipher suite ${type}`)
    }
    if (derived) throw new TransitError("missing 'context' for key derivation; the key was created using a derived key")
  }

  #keyOf(version: number): Buffer {
    const key = this.#versions.get(version)
    if (key === undefined) throw new TransitError('requested version for decryption is not available')
    return key
  }

  #authenticated(associatedData: Buffer): Buffer {
    return this.passesOverAssociatedData ? Buffer.alloc(0) : associatedData
  }
}
