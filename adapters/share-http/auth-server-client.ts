import { type Clock, decodeBase64, encodeBase64, KmsError, SecretBytes } from '@keyhold/core'
import { CircuitBreaker } from '../shared/circuit-breaker.ts'
import { DeadlineError, withDeadline } from '../shared/deadline.ts'
import { type HttpAnswer, HttpClient, HttpFailure } from '../shared/http.ts'
import type { Observable } from '../shared/observe-call.ts'
import type { OutgoingTls } from '../shared/outgoing-tls.ts'
import { withSecondAttempt } from '../shared/second-attempt.ts'
import { TokenFileError } from '../shared/token-file.ts'
import { ShareFailure, sharesUnavailable } from './share-errors.ts'

export interface AuthServerClientOptions extends OutgoingTls, Observable {
  /** Where the auth server is, without a slash at the end. */
  readonly url: string
  /** The token that opens its shares. Read for each call, so that it can be exchanged; the result is wiped. */
  readonly token: () => Promise<SecretBytes>
  /** Milliseconds for a whole call, its repetition included. */
  readonly timeout: number
  readonly clock: Clock
}

const success: ReadonlySet<number> = new Set([200])
const refused: ReadonlySet<number> = new Set([401, 403])
const badRequest: ReadonlySet<number> = new Set([400])
/** What is in the way before the server itself, or keeps it from answering anyone at all. */
const away: ReadonlySet<number> = new Set([429, 502, 503, 504])
/** What is said with 400 of a subject. The same status also says that the token is not written as it should be. */
const ofSubject = ['non-existent user', 'missing parameter'] as const

/** Milliseconds. */
const checkPause = 10_000
const breaker = { failures: 5, pause: 5000 } as const
/** Longer URLs are refused somewhere on the way, which would look like a server that is broken. */
const maximumSubject = 4096

/** The call of an auth server that answers its share for a subject (TrustBloc's `GET /secret`). */
export class AuthServerClient {
  readonly #options: AuthServerClientOptions
  readonly #http: HttpClient
  readonly #breaker: CircuitBreaker
  #answeredAt = Number.NEGATIVE_INFINITY

  constructor(options: AuthServerClientOptions) {
    this.#options = options
    this.#http = new HttpClient(options)
    this.#breaker = new CircuitBreaker(breaker, options.clock)
  }

  /** The caller owns the share; undefined if there is none for the subject. @throws KmsError SHARE_UNAVAILABLE */
  async find(subject: string): Promise<SecretBytes | undefined> {
    try {
      return await withDeadline(this.#options.timeout, signal => this.#find(subject, signal))
    } catch (error) {
      if (error instanceof KmsError) throw error
      const isKnown = error instanceof HttpFailure || error instanceof DeadlineError || error instanceof ShareFailure
      throw sharesUnavailable(isKnown ? error : 'the call failed')
    }
  }

  /**
   * Resolves if the server answers and accepts the token, of which the answer to another call is proof enough for a
   * while. A subject that is none it refuses, after it has looked at the token.
   */
  async check(): Promise<void> {
    if (this.#options.clock.elapsed() - this.#answeredAt < checkPause) return
    const share = await this.find('')
    share?.wipe()
  }

  async close(): Promise<void> {
    await this.#http.close()
  }

  async #find(subject: string, signal: AbortSignal): Promise<SecretBytes | undefined> {
    const encoded = encode(subject)
    if (encoded === undefined) return undefined
    const authorization = await this.#authorization()
    const attempt = () => this.#send(encoded, authorization, signal)
    const refuse = () => sharesUnavailable('the last calls were not answered, so this one was not made')
    const answer = await this.#breaker.run(() => withSecondAttempt(signal, attempt), refuse)
    try {
      const share = shareIn(answer)
      this.#answeredAt = this.#options.clock.elapsed()
      return share
    } finally {
      answer.body.fill(0)
    }
  }

  /** The scheme is `Bearer` in just these letters, and the token in base64: so the server wants it. */
  async #authorization(): Promise<string> {
    try {
      const token = await this.#options.token()
      return await token.spend(bytes => `Bearer ${encodeBase64(bytes)}`)
    } catch (error) {
      if (error instanceof KmsError || error instanceof TokenFileError) throw sharesUnavailable(error)
      throw sharesUnavailable(`the token cannot be read (${(error as NodeJS.ErrnoException)?.code ?? 'no code'})`)
    }
  }

  async #send(subject: string, authorization: string, signal: AbortSignal): Promise<HttpAnswer> {
    const url = `${this.#options.url}/secret?sub=${subject}`
    const answer = await this.#http.send({ method: 'GET', url, headers: { authorization }, signal })
    if (away.has(answer.status)) throw new ShareFailure(`the server answered ${answer.status}`)
    return answer
  }
}

/** Undefined for what is the name of nobody: it is not well-formed Unicode, or too long. */
function encode(subject: string): string | undefined {
  try {
    const encoded = encodeURIComponent(subject)
    return encoded.length > maximumSubject ? undefined : encoded
  } catch {
    return undefined
  }
}

function shareIn({ status, body }: HttpAnswer): SecretBytes | undefined {
  if (success.has(status)) return decodeShare(body)
  if (badRequest.has(status) && ofSubject.some(text => body.includes(text))) return undefined
  const reason = refused.has(status) ? ': it does not accept the token' : ''
  throw sharesUnavailable(`the server answered ${status}${reason}`)
}

/** What is answered is JSON, whatever type is said. It and the text in it are strings, which nothing can wipe. */
function decodeShare(body: Buffer): SecretBytes | undefined {
  const share = decoded(body)
  if (share === undefined) throw sharesUnavailable('the answer is not one of an auth server')
  return share.length === 0 ? undefined : new SecretBytes(share)
}

function decoded(body: Buffer): Uint8Array | undefined {
  try {
    const text = JSON.parse(body.toString('utf8'))?.secret
    return typeof text === 'string' ? decodeBase64(text, 'secret') : undefined
  } catch {
    // The parser's own error repeats the text.
    return undefined
  }
}
