import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpAnswer, HttpClient, HttpFailure } from '../shared/http.ts'
import type { Observable } from '../shared/observe-call.ts'
import type { OutgoingTls } from '../shared/outgoing-tls.ts'
import { readToken } from './token-file.ts'
import { errorOf, isTooOld, lockUnavailable } from './transit-errors.ts'

export interface OpenbaoTransitOptions extends OutgoingTls, Observable {
  /** Where the server is, without a slash at the end. */
  readonly url: string
  /** Where the transit engine is mounted. */
  readonly mount: string
  /** The name of the key, which must exist and be of a type with associated data. */
  readonly key: string
  /** Read for each use, so that an agent may exchange the token in it. */
  readonly tokenFile: string
  readonly namespace?: string
  /** Milliseconds for a whole call of the lock, its repetitions included. */
  readonly timeout: number
}

/** An answer, or why there is none. */
type Attempt = HttpAnswer | HttpFailure

const success: ReadonlySet<number> = new Set([200])
/** The request, or the ciphertext in it, is not what the engine wants. */
const badRequest: ReadonlySet<number> = new Set([400])
const denied: ReadonlySet<number> = new Set([403])
const away: ReadonlySet<number> = new Set([503])

/** Milliseconds before the second attempt: the least, and what is added at random. */
const pause = { least: 50, random: 100 } as const

/** The two calls of the transit engine that a lock needs. Codes: LOCK_UNAVAILABLE, LOCK_REFUSED. */
export class TransitClient {
  readonly #options: OpenbaoTransitOptions
  readonly #http: HttpClient

  constructor(options: OpenbaoTransitOptions) {
    this.#options = options
    this.#http = new HttpClient({ timeout: options.timeout, ca: options.ca, observe: options.observe })
  }

  async encrypt(plaintext: Uint8Array, associatedData: Uint8Array, signal: AbortSignal): Promise<string> {
    // A type is only looked at for a key that does not exist. With one that does not exist either, no token can make
    // a key here by a slip in a name, also not one that may.
    const answer = await this.#call(
      'encrypt',
      [
        ['type', Buffer.from('none')],
        ['plaintext', base64Of(plaintext)],
        ['associated_data', base64Of(associatedData)],
      ],
      signal,
    )
    if (!success.has(answer.status)) throw errorOf(answer)
    return dataOf(answer, 'ciphertext')
  }

  /** Undefined if the ciphertext does not open. */
  async decrypt(ciphertext: string, associatedData: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const answer = await this.#call(
      'decrypt',
      [
        ['ciphertext', Buffer.from(ciphertext, 'latin1')],
        ['associated_data', base64Of(associatedData)],
      ],
      signal,
    )
    if (success.has(answer.status)) return plaintextOf(answer)
    if (!badRequest.has(answer.status) || isTooOld(answer)) throw errorOf(answer)
    // One status says that the ciphertext is wrong, and that the key is gone or of a wrong type. The difference is
    // whether the key would lock: its answer is no text that could change with the next version of the server.
    await this.encrypt(Uint8Array.of(0), associatedData, signal)
    return undefined
  }

  async close(): Promise<void> {
    await this.#http.close()
  }

  /** The fields hold nothing that JSON would have to escape. They are wiped. */
  async #call(
    operation: 'encrypt' | 'decrypt',
    fields: readonly (readonly [name: string, value: Buffer])[],
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const parts = fields.flatMap(([name, value], index) => [
      Buffer.from(`${index === 0 ? '{' : ','}"${name}":"`),
      value,
      Buffer.from('"'),
    ])
    const body = Buffer.concat([...parts, Buffer.from('}')])
    try {
      return await this.#withToken(token => this.#twice(() => this.#send(operation, body, token, signal), signal))
    } finally {
      for (const part of [body, ...parts]) part.fill(0)
    }
  }

  /** An agent may have exchanged the token between its reading and its use: then the new one is tried. */
  async #withToken(call: (token: string) => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const token = await readToken(this.#options.tokenFile)
    const answer = await call(token)
    if (!denied.has(answer.status)) return answer
    const newer = await readToken(this.#options.tokenFile)
    return newer === token ? answer : call(newer)
  }

  /** Both calls may be repeated: neither changes anything. */
  async #twice(attempt: () => Promise<Attempt>, signal: AbortSignal): Promise<HttpAnswer> {
    const first = await attempt()
    const failed = first instanceof HttpFailure ? first.reason === 'connection' : away.has(first.status)
    if (!failed || signal.aborted) return answered(first)
    await sleep(pause.least + Math.random() * pause.random, undefined, { signal }).catch(() => undefined)
    return answered(signal.aborted ? first : await attempt())
  }

  async #send(operation: string, body: Uint8Array, token: string, signal: AbortSignal): Promise<Attempt> {
    const { url, mount, key, namespace } = this.#options
    const places = mount.split('/').filter(name => name !== '')
    const path = [...places, operation, key].map(encodeURIComponent).join('/')
    const headers = {
      'content-type': 'application/json',
      'x-vault-request': 'true',
      'x-vault-token': token,
      ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
    }
    try {
      return await this.#http.send({ method: 'POST', url: `${url}/v1/${path}`, headers, body, signal })
    } catch (error) {
      if (error instanceof HttpFailure) return error
      throw error
    }
  }
}

function answered(attempt: Attempt): HttpAnswer {
  if (attempt instanceof HttpFailure) throw lockUnavailable(attempt)
  return attempt
}

/** The base64 of bytes as bytes. On its way it is a string, which nothing can wipe: the only one of what is sent. */
function base64Of(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'), 'latin1')
}

function plaintextOf(answer: HttpAnswer): Uint8Array {
  const text = dataOf(answer, 'plaintext')
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length > 0 && bytes.toString('base64') === text) return bytes
  throw notTransit()
}

/** A text of the answer's data. The answer is wiped; its JSON and the text are strings, which nothing can wipe. */
function dataOf({ body }: HttpAnswer, name: string): string {
  try {
    const value = JSON.parse(body.toString('utf8'))?.data?.[name]
    if (typeof value === 'string') return value
  } catch {
    // The parser's own error repeats the text.
  } finally {
    body.fill(0)
  }
  throw notTransit()
}

function notTransit() {
  return lockUnavailable('the answer is not one of the transit engine')
}
