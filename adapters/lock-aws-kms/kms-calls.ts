import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { untilAborted } from '../shared/deadline.ts'
import { InFlight } from '../shared/in-flight.ts'
import type { Observable, ObserveCall, ObservedCall } from '../shared/observe-call.ts'
import { type OutgoingTls, outgoingTls } from '../shared/outgoing-tls.ts'
import { readAnswerBody } from './answer-body.ts'
import { fromAwsError, lockUnavailable } from './aws-errors.ts'
import { keyOfArn } from './key-arn.ts'
import { endedBadly, endedWell, withHeaders } from './observed-command.ts'

export interface AwsKmsOptions extends OutgoingTls, Observable {
  /** The ARN of a key (also of a replica of a multi-Region key) or of an alias. */
  readonly keyArn: string
  readonly region: string
  /** Default: AWS's own of the region. */
  readonly endpoint?: string
  /** Milliseconds for a whole call, with its repetition. */
  readonly timeout: number
}

/** AWS's own bounds, in bytes. */
export const maximumSecret = 4096
export const maximumCiphertext = 6144

/** Calls under way at once. The SDK opens fifty connections, and the other calls wait for one of these. */
const maximumCalls = 1000

/** Some places of the SDK write to the console if they are given nothing else. */
const silent = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/**
 * Encrypt and Decrypt under one configured key: with a deadline, a bound on the calls under way, answers that are what
 * they must be, and nothing thrown but `KmsError`. `key` is in every answer the key that AWS used (`keyOfArn`).
 */
export class KmsCalls {
  readonly #client: KMSClient
  readonly #keyArn: string
  readonly #timeout: number
  readonly #observe: ObserveCall | undefined
  readonly #inFlight = new InFlight(maximumCalls)
  readonly #underWay = new Set<AbortController>()

  /** The credentials are what the SDK finds by itself: environment, profile, or the role of the machine. */
  constructor({ keyArn, region, endpoint, timeout, ca, observe }: AwsKmsOptions) {
    // Half of the time each, so that a second attempt has a chance when the first one hangs.
    const attempt = Math.ceil(timeout / 2)
    this.#keyArn = keyArn
    this.#timeout = timeout
    this.#observe = observe
    this.#client = new KMSClient({
      region,
      ...(endpoint !== undefined && { endpoint }),
      maxAttempts: 2,
      retryMode: 'standard',
      requestHandler: {
        connectionTimeout: attempt,
        requestTimeout: attempt,
        throwOnRequestTimeout: true,
        logger: silent,
        httpsAgent: outgoingTls({ ca }),
      },
      streamCollector: readAnswerBody,
      logger: silent,
    })
  }

  async encrypt(
    plaintext: Uint8Array,
    context: Record<string, string>,
  ): Promise<{ key: string; ciphertext: Uint8Array }> {
    const input = { KeyId: this.#keyArn, Plaintext: plaintext, EncryptionContext: context }
    const answer = await this.#call('Encrypt', (abortSignal, headers) =>
      this.#client.send(withHeaders(new EncryptCommand(input), headers), { abortSignal }),
    )
    const key = keyOfArn(answer?.KeyId)
    if (key === undefined) throw strangeAnswer('no key ARN')
    const ciphertext = answer.CiphertextBlob
    if (!hasBytes(ciphertext, maximumCiphertext)) throw strangeAnswer('no ciphertext')
    return { key, ciphertext }
  }

  /** The caller owns the plaintext. */
  async decrypt(
    ciphertext: Uint8Array,
    context: Record<string, string>,
  ): Promise<{ key: string; plaintext: Uint8Array }> {
    const input = { KeyId: this.#keyArn, CiphertextBlob: ciphertext, EncryptionContext: context }
    const answer = await this.#call('Decrypt', (abortSignal, headers) =>
      this.#client.send(withHeaders(new DecryptCommand(input), headers), { abortSignal }),
    )
    const plaintext = takeOver(answer?.Plaintext)
    const key = keyOfArn(answer?.KeyId)
    if (plaintext === undefined) throw strangeAnswer('no plaintext')
    if (key === undefined) {
      plaintext.fill(0)
      throw strangeAnswer('no key ARN')
    }
    return { key, plaintext }
  }

  /** Ends what is under way. */
  close(): void {
    for (const call of this.#underWay) call.abort()
    this.#client.destroy()
  }

  async #call<T extends object | undefined>(
    operation: string,
    send: (signal: AbortSignal, headers: ObservedCall['headers']) => Promise<T>,
  ): Promise<T> {
    const tooMany = () => lockUnavailable(new Error(`AWS KMS: ${maximumCalls} calls are under way`))
    return this.#inFlight.run(async () => {
      const observed = this.#observe?.(operation)
      const call = new AbortController()
      const timer = setTimeout(() => call.abort(), this.#timeout)
      this.#underWay.add(call)
      try {
        // The SDK looks at the signal while it talks to KMS, but not while it waits for credentials.
        const answer = await untilAborted(call.signal, () => send(call.signal, observed?.headers))
        endedWell(observed, answer)
        return answer
      } catch (error) {
        endedBadly(observed, error, call.signal.aborted)
        throw fromAwsError(error)
      } finally {
        clearTimeout(timer)
        this.#underWay.delete(call)
      }
    }, tooMany)
  }
}

/** The SDK answers a view of memory that Node shares among buffers: the secret is moved out of it. */
function takeOver(answered: unknown): Uint8Array | undefined {
  if (!hasBytes(answered, maximumSecret)) return undefined
  const own = Uint8Array.from(answered)
  answered.fill(0)
  return own
}

function hasBytes(value: unknown, maximum: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length > 0 && value.length <= maximum
}

function strangeAnswer(what: string): Error {
  return lockUnavailable(new Error(`AWS KMS: an answer with ${what}`))
}
