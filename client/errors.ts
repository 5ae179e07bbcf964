import type { ErrorCode } from '@keyhold/core/wire'

/** What the service answers before a request has reached an operation. */
export type HttpErrorCode =
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'PAYLOAD_TOO_LARGE'
  | 'HEADERS_TOO_LARGE'
  | 'INTERNAL_ERROR'

/** `UNKNOWN` if it was not the service that has answered. A newer service may know more codes. */
export type KeyholdErrorCode = ErrorCode | HttpErrorCode | 'UNKNOWN' | (string & {})

/** What the headers of an answer say. */
interface ErrorDetails {
  readonly retryAfter?: number | undefined
  readonly requestId?: string | undefined
}

/** An answer of the service that is not 200. */
export class KeyholdError extends Error {
  override readonly name = 'KeyholdError'
  readonly status: number
  /** The service's stable code. */
  readonly code: KeyholdErrorCode
  /** Seconds after which the request may be sent again, if the answer says so. */
  readonly retryAfter: number | undefined
  /** By which the service's log knows the request, if the answer says so. */
  readonly requestId: string | undefined

  constructor(status: number, code: KeyholdErrorCode, message: string, { retryAfter, requestId }: ErrorDetails = {}) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
    this.requestId = requestId
  }
}

/** What has come back. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What stands between a client and the service answers in forms of its own, and its statuses count as well. */
export function errorOf(answer: Answer): KeyholdError {
  const { code, message } = jsonOf(answer.text)
  const { status, headers } = answer
  const details = { retryAfter: retryAfterOf(answer), requestId: headers.get('x-request-id') ?? undefined }
  const isOwn = typeof code === 'string' && typeof message === 'string'
  return isOwn
    ? new KeyholdError(status, code, message, details)
    : new KeyholdError(status, 'UNKNOWN', `answered ${status}`, details)
}

/** Seconds, also if a date was sent (RFC 9110 section 10.2.3); undefined if there is neither. */
export function retryAfterOf({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const text = headers.get('retry-after') ?? ''
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}

function jsonOf(text: string): Partial<Record<string, unknown>> {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
