import { randomBytes } from 'node:crypto'
import {
  canonicalMap,
  KmsError,
  type LockContext,
  type LockPort,
  lockClosed,
  lockRejected,
  readSealed,
  SecretBytes,
  sealedHeader,
} from '@keyhold/core'
import { InFlight } from '../shared/in-flight.ts'
import { type OpenbaoTransitOptions, TransitClient } from './transit-client.ts'
import { lockRefused, lockUnavailable } from './transit-errors.ts'

export type { OpenbaoTransitOptions } from './transit-client.ts'

const maximumInFlight = 1000

/**
 * Opens a lock over a key of the transit engine of OpenBao or HashiCorp Vault. The token needs `update` on
 * `{mount}/encrypt/{key}` and `{mount}/decrypt/{key}`, and nothing else. Nothing is asked of the server yet.
 */
export async function openOpenbaoTransitLock(options: OpenbaoTransitOptions): Promise<LockPort> {
  return new OpenbaoTransitLock(options)
}

/**
 * What is locked is the frame's header and the engine's text `vault:v{version}:{base64}`, with the header and the
 * context as associated data. The engine rotates its key without us: the text says the version.
 *
 * The id names the key by its place, since a token that may only encrypt and decrypt sees nothing else of it that
 * stays: the creation time of its first version is gone when that is trimmed. Another key at the same place is
 * noticed when nothing opens.
 */
class OpenbaoTransitLock implements LockPort {
  readonly id: string
  readonly #client: TransitClient
  readonly #timeout: number
  readonly #inFlight = new InFlight(maximumInFlight)
  #binding: Promise<void> | undefined
  #closed = false

  constructor(options: OpenbaoTransitOptions) {
    const { namespace, mount, key, timeout } = options
    const place = [namespace, mount, key].flatMap(part => part?.split('/').filter(name => name !== '') ?? [])
    this.id = `openbao-transit:${place.join('/')}`
    this.#client = new TransitClient(options)
    this.#timeout = timeout
  }

  async lock(secret: Uint8Array, context: LockContext): Promise<Uint8Array> {
    return this.#call(async signal => {
      const header = sealedHeader(this.id)
      return Buffer.concat([header, await this.#encrypt(secret, bind(header, context), signal)])
    })
  }

  async unlock(locked: Uint8Array, context: LockContext): Promise<SecretBytes> {
    return this.#call(async signal => {
      const sealed = readSealed(locked)
      const ciphertext = sealed?.lockId === this.id ? textOf(sealed.ciphertext) : undefined
      if (sealed === undefined || ciphertext === undefined) throw lockRejected()
      const secret = await this.#client.decrypt(ciphertext, bind(sealed.header, context), signal)
      if (secret === undefined) throw lockRejected()
      return new SecretBytes(secret)
    })
  }

  async check(): Promise<void> {
    return this.#call(signal => this.#open(Buffer.from('check'), Buffer.from('check'), signal))
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#client.close()
  }

  async #call<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#closed) throw lockClosed()
    const whole = async () => {
      const signal = AbortSignal.timeout(this.#timeout)
      await this.#requireBinding()
      return call(signal)
    }
    return this.#inFlight.run(whole, () => lockUnavailable('too many calls are under way'))
  }

  /** Servers that do not know associated data pass over it: with them nothing would be bound to its context. */
  async #requireBinding(): Promise<void> {
    this.#binding ??= this.#proveBinding().catch(error => {
      this.#binding = undefined
      throw error
    })
    return this.#binding
  }

  async #proveBinding(): Promise<void> {
    const signal = AbortSignal.timeout(this.#timeout)
    const [one, other] = [randomBytes(16), randomBytes(16)]
    const opens = await this.#open(one, other, signal).then(
      () => true,
      error => {
        if (error instanceof KmsError && error.code === 'LOCK_REJECTED') return false
        throw error
      },
    )
    if (opens) throw lockRefused('the server does not authenticate associated data')
  }

  /** Locks something with one piece of associated data, and opens it with another. */
  async #open(associatedData: Uint8Array, otherData: Uint8Array, signal: AbortSignal): Promise<void> {
    const ciphertext = await this.#encrypt(Uint8Array.of(0), associatedData, signal)
    const opened = await this.#client.decrypt(ciphertext.toString('latin1'), otherData, signal)
    if (opened === undefined) throw lockRejected()
  }

  async #encrypt(secret: Uint8Array, associatedData: Uint8Array, signal: AbortSignal): Promise<Buffer> {
    const ciphertext = Buffer.from(await this.#client.encrypt(secret, associatedData, signal), 'utf8')
    if (textOf(ciphertext) === undefined) throw lockUnavailable('the answer is not one of the transit engine')
    return ciphertext
  }
}

/** The header says its own length, so that no header and context have the bytes of another two. */
function bind(header: Uint8Array, context: LockContext): Uint8Array {
  return Buffer.concat([header, canonicalMap(context)])
}

/**
 * The text of a ciphertext in its only form; undefined if it is anything else. The engine itself takes several for
 * the same: it skips line ends, and reads version 0, 01 and +1 as 1.
 */
function textOf(ciphertext: Uint8Array): string | undefined {
  const text = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.length).toString('latin1')
  const base64 = /^vault:v[1-9]\d{0,8}:([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
  return base64 !== undefined && Buffer.from(base64, 'base64').toString('base64') === base64 ? text : undefined
}
