import { Agent, type buildConnector, request } from 'undici'
import { untilAborted } from './deadline.ts'
import type { Observable, ObserveCall } from './observe-call.ts'
import { type OutgoingTls, outgoingTls } from './outgoing-tls.ts'

/** Origins that there are connections to at once; others are refused. */
const maxOrigins = 1000

/** Milliseconds that a connection may be kept unused at most, whatever the other side suggests. */
const keepAliveMaxTimeout = 10_000

export interface HttpClientOptions extends OutgoingTls, Observable {
  /** Milliseconds for a connection, for the head of an answer and for each part of its body. */
  readonly timeout: number
  /** Bytes of an answer's body at most. Default: 64 KiB. */
  readonly maximumBytes?: number
  /** To one origin; what more there is to send waits for its turn. Default: 100. */
  readonly connections?: number
  /** Makes the connections, in `timeout` or its own, and trusts whom it likes. */
  readonly connect?: buildConnector.connector
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Stays the caller's, who must not change it before the answer is there. */
  readonly body?: Uint8Array
  /** The deadline of the whole call: a body that drips defeats every other time limit. */
  readonly signal: AbortSignal
}

/** An answer of any status. The body is the caller's, to be wiped if it may hold a secret. */
export interface HttpAnswer {
  readonly status: number
  readonly body: Buffer
}

/**
 * Why there is no answer: nobody was reached or the connection broke, it took too long, it was too large, or nothing
 * was sent because the address is none that may be called. Of the other side it says no more than an error code, so it
 * can be logged whatever was asked.
 */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly reason: 'connection' | 'deadline' | 'size' | 'address'

  constructor(reason: HttpFailure['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/** Calls whose answers are bounded in time and size. A redirect is an answer like any other: nothing follows it. */
export class HttpClient {
  readonly #agent: Agent
  readonly #maximumBytes: number
  readonly #observe: ObserveCall | undefined

  constructor({ timeout, maximumBytes = 65_536, connections = 100, connect, ca, observe }: HttpClientOptions) {
    this.#maximumBytes = maximumBytes
    this.#observe = observe
    const limits = { connections, maxOrigins, keepAliveMaxTimeout, headersTimeout: timeout, bodyTimeout: timeout }
    this.#agent = new Agent({ ...limits, connect: connect ?? { timeout, ...outgoingTls({ ca }) } })
  }

  /** @throws HttpFailure */
  async send(call: HttpCall): Promise<HttpAnswer> {
    const observed = this.#observe?.(call.method)
    const headers = { ...call.headers, ...observed?.headers }
    try {
      // A call that waits for a connection does not hear the signal.
      const answer = await untilAborted(call.signal, () => this.#exchange({ ...call, headers }))
      observed?.end(`${Math.floor(answer.status / 100)}xx`)
      return answer
    } catch (error) {
      const failure = failureOf(error, call.signal)
      observed?.end(failure.reason)
      throw failure
    }
  }

  /** Ends the calls that are under way. May be called more than once. */
  async close(): Promise<void> {
    if (!this.#agent.destroyed) await this.#agent.destroy()
  }

  async #exchange({ url, method, headers, body, signal }: HttpCall): Promise<HttpAnswer> {
    const chunks: Uint8Array[] = []
    try {
      const options = { dispatcher: this.#agent, method, headers, body: body ?? null, signal }
      const answer = await request(url, options)
      let length = 0
      for await (const chunk of answer.body) {
        chunks.push(chunk)
        length += chunk.length
        // Leaving the loop closes the connection: what is still to come is not read.
        if (length > this.#maximumBytes) throw new HttpFailure('size', 'the answer is too large')
      }
      return { status: answer.statusCode, body: Buffer.concat(chunks) }
    } finally {
      for (const chunk of chunks) chunk.fill(0)
    }
  }
}

function failureOf(error: unknown, signal: AbortSignal): HttpFailure {
  if (error instanceof HttpFailure) return error
  if (signal.aborted) return new HttpFailure('deadline', 'there was no whole answer in time')
  // The error itself stays here: it may hold on to the request.
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code'
  return new HttpFailure('connection', `the connection failed (${code})`)
}
