import { actionOf, isRepeatable } from './actions.ts'
import type { Authorization } from './authorization.ts'
import { decodeLatin1, encodeText } from './bytes.ts'
import { pause, withDeadline } from './deadline.ts'
import { type Answer, errorOf, KeyholdError, retryAfterOf } from './errors.ts'

/** The share by which a user opens the locks of keystores that are shared with them. */
export interface UserShare {
  /** As the service's `Secret-Share` header takes it. */
  readonly share: Uint8Array
  /** Whose it is, to a service that cannot tell from a token: it believes that of a trusted proxy alone. */
  readonly user?: string
}

export interface TransportOptions {
  /** Nothing, if the service asks for no proof. */
  readonly authorization?: Authorization
  readonly userShare?: UserShare
  /** Milliseconds that a call may take, repetitions included. Default: 30,000. */
  readonly timeout?: number
  /** How often a call that may be repeated is, if there is no answer, or 429 or 503. Default: 2. */
  readonly retries?: number
  /** In place of the platform's own. */
  readonly fetch?: typeof fetch
}

/** What a call may be given beside what it is about. */
export interface CallOptions {
  /** Ends the call, which is then rejected with the signal's reason. */
  readonly signal?: AbortSignal
  /** In place of the client's own. */
  readonly timeout?: number
  readonly retries?: number
}

/** One call of the service. */
export interface Call {
  readonly method: string
  readonly url: string
  readonly body?: object
  /** What is invoked if the route has an action. */
  readonly capability?: object
}

/** A call without an answer, and why. */
interface Unanswered {
  readonly cause: unknown
}

/** Milliseconds before the first repetition; each one waits twice as long. */
const firstWait = 200

const ok = 200

/** Too many requests, and not now (RFC 6585 section 4, RFC 9110 section 15.6.4). */
const later = [429, 503]

/** Sends calls, each within its deadline, and those that leave nothing behind again. */
export class Transport {
  readonly #options: TransportOptions

  constructor(options: TransportOptions) {
    this.#options = options
  }

  get authorization(): Authorization | undefined {
    return this.#options.authorization
  }

  /** The same, with calls that are authorized in another way. */
  authorizedBy(authorization: Authorization): Transport {
    return new Transport({ ...this.#options, authorization })
  }

  /**
   * The JSON of an answer; undefined if it is empty.
   *
   * @throws KeyholdError if the status is not 200; TypeError if nobody answers; the reason of a signal, which is a
   * DOMException `TimeoutError` at the deadline
   */
  async send(call: Call, options?: CallOptions): Promise<unknown> {
    return (await this.exchange(call, options)).json
  }

  /** The same, with the headers of the answer, and its text: JSON Lines are no JSON. */
  async exchange(
    call: Call,
    options: CallOptions = {},
  ): Promise<{ readonly json: unknown; readonly text: string; readonly headers: Headers }> {
    const { timeout = this.#options.timeout ?? 30_000, retries = this.#options.retries ?? 2 } = options
    const repetitions = isRepeatable(call.method, call.url) ? retries : 0
    const end = performance.now() + timeout
    return withDeadline({ ...options, timeout }, async signal => {
      for (let repetition = 0; ; repetition += 1) {
        const outcome = await this.#attempt(call, signal)
        const wait = repetition < repetitions ? waitAfter(outcome, repetition) : undefined
        if (wait === undefined || performance.now() + wait >= end) return readOutcome(outcome)
        await pause(wait, signal)
      }
    })
  }

  async #attempt({ method, url, body, capability }: Call, signal: AbortSignal): Promise<Answer | Unanswered> {
    const { authorization, userShare, fetch = globalThis.fetch } = this.#options
    signal.throwIfAborted()
    const bytes = body === undefined ? undefined : new Uint8Array(encodeText(JSON.stringify(body)))
    const action = actionOf(method, url)
    const headers = await authorization?.headersOf({
      method,
      url,
      ...(bytes && { body: bytes }),
      ...(action !== undefined && { action }),
      ...(capability && { capability }),
    })
    const request = {
      method,
      headers: { ...(bytes && { 'content-type': 'application/json' }), ...shareHeaders(userShare), ...headers },
      ...(bytes && { body: bytes }),
      // What was signed for one URL is not for another.
      redirect: 'error',
      signal,
    } as const
    try {
      const response = await fetch(url, request)
      return { status: response.status, headers: response.headers, text: await response.text() }
    } catch (cause) {
      signal.throwIfAborted()
      return { cause }
    }
  }
}

/** Milliseconds to wait before a call is repeated; undefined if that would not help. */
function waitAfter(outcome: Answer | Unanswered, repetition: number): number | undefined {
  if ('status' in outcome && !later.includes(outcome.status)) return undefined
  const asked = 'status' in outcome ? (retryAfterOf(outcome) ?? 0) * 1000 : 0
  // Clients that were turned away together must not come back together.
  return asked + firstWait * 2 ** repetition * (0.5 + Math.random() / 2)
}

function readOutcome(outcome: Answer | Unanswered) {
  if ('cause' in outcome) throw outcome.cause
  const { status, headers, text } = outcome
  if (status !== ok) throw errorOf(outcome)
  if (text === '' || isLines(headers)) return { json: undefined, text, headers }
  try {
    return { json: JSON.parse(text) as unknown, text, headers }
  } catch {
    throw new KeyholdError(status, 'UNKNOWN', 'the answer is not JSON')
  }
}

function isLines(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('application/jsonl') ?? false
}

function shareHeaders(userShare: UserShare | undefined): Readonly<Record<string, string>> {
  if (userShare === undefined) return {}
  const { share, user } = userShare
  // Headers are texts of latin1, and the service reads names as UTF-8.
  const named = user !== undefined && { 'auth-user': decodeLatin1(encodeText(user)) }
  return { 'secret-share': decodeLatin1(share), ...named }
}
