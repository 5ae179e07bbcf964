import {
  KmsError,
  type LockContext,
  type LockPort,
  lockClosed,
  lockRejected,
  readSealed,
  SecretBytes,
  sealedHeader,
} from '@keyhold/core'
import { lockRefused } from './aws-errors.ts'
import { encryptionContext } from './encryption-context.ts'
import { keyOfArn } from './key-arn.ts'
import { type AwsKmsOptions, KmsCalls, maximumCiphertext, maximumSecret } from './kms-calls.ts'

export type { AwsKmsOptions } from './kms-calls.ts'

/** Milliseconds for which a call that succeeded answers `check` as well: AWS bills every call. */
const checkPause = 10_000

/**
 * Opens the server lock whose key is in AWS KMS and never leaves it. One call asks AWS which key the ARN names; that key
 * is the lock's id from then on, so an alias that is pointed to another key is seen and not followed.
 *
 * @param now a clock that never goes back, in milliseconds
 * @throws KmsError LOCK_REFUSED if the key cannot be used as it is, LOCK_UNAVAILABLE if AWS does not answer in time
 */
export async function openAwsKmsLock(options: AwsKmsOptions, now = () => performance.now()): Promise<LockPort> {
  const calls = new KmsCalls(options)
  try {
    const { key } = await callForCheck(calls)
    const configured = keyOfArn(options.keyArn)
    if (configured !== undefined && configured !== key) throw anotherKey()
    return new AwsKmsLock(key, calls, now)
  } catch (error) {
    calls.close()
    throw error
  }
}

/** Encrypt needs no permission that the lock does not need anyway. */
function callForCheck(calls: KmsCalls): Promise<{ key: string }> {
  return calls.encrypt(Uint8Array.of(0), { purpose: 'check' })
}

function anotherKey(): Error {
  return lockRefused(new Error('AWS KMS: the ARN names another key now'))
}

/**
 * A secret is encrypted by KMS itself, with the lock's context as encryption context: no data key, so nothing here holds
 * a key. Ciphertexts are opened by the configured key alone, whatever key they say they are of.
 */
class AwsKmsLock implements LockPort {
  readonly id: string
  readonly #key: string
  readonly #calls: KmsCalls
  readonly #now: () => number
  #lastSuccess: number
  #checking: Promise<void> | undefined
  #closed = false

  constructor(key: string, calls: KmsCalls, now: () => number) {
    this.id = `aws-kms:${key}`
    this.#key = key
    this.#calls = calls
    this.#now = now
    this.#lastSuccess = now()
  }

  async lock(secret: Uint8Array, context: LockContext): Promise<Uint8Array> {
    if (this.#closed) throw lockClosed()
    const members = encryptionContext(context)
    if (members === undefined || secret.length < 1 || secret.length > maximumSecret) throw beyondBounds()
    return this.#noted(async () => {
      const { key, ciphertext } = await this.#calls.encrypt(secret, members)
      if (key !== this.#key) throw anotherKey()
      return Buffer.concat([sealedHeader(this.id), ciphertext])
    })
  }

  async unlock(locked: Uint8Array, context: LockContext): Promise<SecretBytes> {
    if (this.#closed) throw lockClosed()
    const members = encryptionContext(context)
    const sealed = readSealed(locked)
    if (members === undefined || sealed?.lockId !== this.id) throw lockRejected()
    const { ciphertext } = sealed
    if (ciphertext.length < 1 || ciphertext.length > maximumCiphertext) throw lockRejected()
    return this.#noted(async () => {
      const { key, plaintext } = await this.#calls.decrypt(ciphertext, members)
      if (key === this.#key) return new SecretBytes(plaintext)
      plaintext.fill(0)
      throw lockRejected(new Error('AWS KMS: another key opened it'))
    })
  }

  async check(): Promise<void> {
    if (this.#closed) throw lockClosed()
    if (this.#now() - this.#lastSuccess < checkPause) return
    // However many ask at once, AWS is asked once.
    this.#checking ??= this.#noted(async () => {
      const { key } = await callForCheck(this.#calls)
      if (key !== this.#key) throw anotherKey()
    }).finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#calls.close()
  }

  /** Remembers how a call ended. That a ciphertext does not open says nothing about the lock. */
  async #noted<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call()
      this.#lastSuccess = this.#now()
      return result
    } catch (error) {
      if (!(error instanceof KmsError && error.code === 'LOCK_REJECTED')) this.#lastSuccess = Number.NEGATIVE_INFINITY
      throw error
    }
  }
}

/** Nothing that the core locks is so long. */
function beyondBounds(): Error {
  return lockRefused(new Error('AWS KMS takes no secret or context of this length'))
}
