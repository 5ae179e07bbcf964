import { type Clock, KmsError } from '@keyhold/core'
import { CircuitBreaker } from './circuit-breaker.ts'
import { DeadlineError, withDeadline } from './deadline.ts'
import { type HttpAnswer, type HttpCall, HttpClient, HttpFailure } from './http.ts'
import { InFlight } from './in-flight.ts'
import type { Observable } from './observe-call.ts'
import type { OutgoingTls } from './outgoing-tls.ts'
import { withSecondAttempt } from './second-attempt.ts'

export interface AuthorizationServerOptions extends OutgoingTls, Observable {
  /** Milliseconds for a whole call, its repetition included. */
  readonly timeout: number
  readonly clock: Clock
}

export type JsonObject = Readonly<Record<string, unknown>>

/** Why nothing could be learned about a token, for the log: it repeats nothing that was sent or answered. */
export class AuthorizationFailure extends Error {
  override readonly name = 'AuthorizationFailure'
}

const success: ReadonlySet<number> = new Set([200])
/** What is said about the question. Anything else is that the server is away, or that something answers in its place. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 422])
const maximumInFlight = 1000
const breaker = { failures: 5, pause: 5000 } as const

/**
 * Calls of an authorization server that answer a JSON object: each ends in time, answers of more than 64 KiB and
 * redirects are none, and after some failures in a row no more are made for a while.
 */
export class AuthorizationServer {
  readonly #timeout: number
  readonly #http: HttpClient
  readonly #breaker: CircuitBreaker
  readonly #inFlight = new InFlight(maximumInFlight)
  #closed = false

  constructor({ timeout, clock, ca, observe }: AuthorizationServerOptions) {
    this.#timeout = timeout
    this.#http = new HttpClient({ timeout, ca, observe })
    this.#breaker = new CircuitBreaker(breaker, clock)
  }

  /** @throws KmsError AUTH_UNAVAILABLE for anything but success with an object */
  async ask(call: Omit<HttpCall, 'signal'>): Promise<JsonObject> {
    if (this.#closed) throw authUnavailable('it is closed')
    return this.#inFlight.run(
      () => this.#ask(call),
      () => authUnavailable('too many calls are under way'),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#http.close()
  }

  async #ask(call: Omit<HttpCall, 'signal'>): Promise<JsonObject> {
    const refuse = () => authUnavailable('the last calls were not answered, so this one was not made')
    try {
      const { status, json } = await withDeadline(this.#timeout, signal => {
        const attempt = async () => read(await this.#http.send({ ...call, signal }))
        return this.#breaker.run(() => withSecondAttempt(signal, attempt), refuse)
      })
      // Not the breaker's business: somebody's odd token must not shut the others out.
      if (json === undefined) throw authUnavailable(`the server answered ${status}`)
      return json
    } catch (error) {
      if (error instanceof KmsError) throw error
      const known =
        error instanceof HttpFailure || error instanceof DeadlineError || error instanceof AuthorizationFailure
      throw authUnavailable(known ? error : 'the call failed')
    }
  }
}

export function authUnavailable(reason: string | Error): KmsError {
  const cause = typeof reason === 'string' ? new AuthorizationFailure(reason) : reason
  return new KmsError('AUTH_UNAVAILABLE', 'what the access token is worth cannot be found out now', { cause })
}

/** @throws AuthorizationFailure */
function read({ status, body }: HttpAnswer): { readonly status: number; readonly json?: JsonObject } {
  if (refusals.has(status)) return { status }
  if (!success.has(status)) throw new AuthorizationFailure(`the server answered ${status}`)
  const json = parse(body)
  if (json === undefined) throw new AuthorizationFailure('the answer is no JSON object')
  return { status, json }
}

function parse(body: Buffer): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'))
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : undefined
  } catch {
    // The parser's own error repeats the text.
    return undefined
  }
}
