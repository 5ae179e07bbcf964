import { lockCipher } from '../algorithms/aead.ts'
import { hmacSha256 } from '../algorithms/hmac.ts'
import { encodeBase64Url } from '../encoding/base64.ts'
import { canonicalMap } from '../encoding/canonical.ts'
import type { Random } from '../ports/index.ts'
import type { LockContext, LockPort } from '../ports/lock.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { lockClosed, lockRejected, readSealed, sealedHeader } from './sealed.ts'

/** Bytes of the key of every `AeadLock`. */
export const lockKeyLength = 32

/**
 * A lock over 32 bytes in memory: AES-256-GCM with a random 96-bit nonce, the frame's header and the context as
 * associated data. This is the local server lock, every keystore's lock, and the lock of tests: one hierarchy, one code.
 *
 * Its id holds a fingerprint of the key (the first 96 bits of HMAC-SHA-256), which is authenticated with every blob:
 * AES-GCM alone does not commit to its key.
 */
export class AeadLock implements LockPort {
  readonly id: string
  readonly #key: SecretBytes
  readonly #random: Random
  #closed = false

  /** Takes ownership of `key`, which is wiped by `close`. */
  constructor(kind: string, key: SecretBytes, random: Random) {
    if (key.length !== lockKeyLength) throw new RangeError(`a lock key has ${lockKeyLength} bytes`)
    this.#key = key
    this.#random = random
    this.id = `${kind}:${key.lend(fingerprint)}`
  }

  async lock(secret: Uint8Array, context: LockContext): Promise<Uint8Array> {
    if (this.#closed) throw lockClosed()
    const header = sealedHeader(this.id)
    const nonce = this.#random(lockCipher.nonceLength)
    const ciphertext = this.#key.lend(key => lockCipher.seal(key, nonce, secret, bind(header, context)))
    return Buffer.concat([header, nonce, ciphertext])
  }

  async unlock(locked: Uint8Array, context: LockContext): Promise<SecretBytes> {
    if (this.#closed) throw lockClosed()
    const sealed = readSealed(locked)
    if (sealed?.lockId !== this.id || sealed.ciphertext.length < lockCipher.nonceLength) throw lockRejected()
    const nonce = sealed.ciphertext.subarray(0, lockCipher.nonceLength)
    const ciphertext = sealed.ciphertext.subarray(lockCipher.nonceLength)
    const secret = this.#key.lend(key => lockCipher.open(key, { ciphertext, nonce }, bind(sealed.header, context)))
    if (secret === undefined) throw lockRejected()
    return new SecretBytes(secret)
  }

  async check(): Promise<void> {
    if (this.#closed) throw lockClosed()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#key.wipe()
  }
}

function bind(header: Uint8Array, context: LockContext): Uint8Array {
  return Buffer.concat([header, canonicalMap(context)])
}

function fingerprint(key: Uint8Array): string {
  return encodeBase64Url(hmacSha256(key, Buffer.from('keyhold/lock-id/v1')).subarray(0, 12))
}
