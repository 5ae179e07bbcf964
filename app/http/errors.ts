import { type ErrorCode, invalidRequest, KmsError } from '@keyhold/core'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { refuse } from './request-record.ts'

/** The status of every code. A new code does not compile until it stands here. */
const statusOf = {
  INVALID_REQUEST: 400,
  UNSUPPORTED_KEY_TYPE: 400,
  VERIFICATION_FAILED: 400,
  DECRYPTION_FAILED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  KEYSTORE_NOT_FOUND: 404,
  KEY_NOT_FOUND: 404,
  SESSION_NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  CONFLICT: 409,
  LIMIT_EXCEEDED: 409,
  NOT_ACTIVE: 409,
  OPERATION_UNSUPPORTED: 422,
  // Of an item alone (RFC 4918 section 11.4).
  FAILED_DEPENDENCY: 424,
  SHARE_REJECTED: 403,
  VAULT_REFUSED: 403,
  RATE_LIMITED: 429,
  NOT_IMPLEMENTED: 501,
  OVERLOADED: 503,
  AUTH_UNAVAILABLE: 503,
  SHARE_UNAVAILABLE: 503,
  STORE_UNAVAILABLE: 503,
  LOCK_UNAVAILABLE: 503,
  LOCK_REFUSED: 503,
  AUDIT_UNAVAILABLE: 503,
  // A server that the caller has named (RFC 9110 section 15.6.3).
  VAULT_UNAVAILABLE: 502,
  VAULT_CORRUPT: 502,
  LOCK_REJECTED: 500,
  STORE_CORRUPT: 500,
  STORE_MISMATCH: 500,
} as const satisfies Record<ErrorCode, number>

/** After how many seconds a client may try again what was answered 503: what an operator must mend takes longer. */
const retryAfter: Partial<Record<ErrorCode, number>> = { LOCK_REFUSED: 30 }

/** What the HTTP layer itself refuses, by status; any other 4xx of its own is a malformed request. */
const frameErrors: Readonly<Record<number, readonly [code: string, message: string]>> = {
  408: ['REQUEST_TIMEOUT', 'the request did not arrive whole in time'],
  413: ['PAYLOAD_TOO_LARGE', 'the body is too large'],
  414: ['INVALID_REQUEST', 'an id in the path is too long'],
  431: ['HEADERS_TOO_LARGE', 'the headers are too large'],
}

/** Every code that an answer of a status may have, by status. */
export function codesByStatus(): ReadonlyMap<number, readonly string[]> {
  const pairs: (readonly [code: string, status: number])[] = [
    ...Object.entries(statusOf),
    ...Object.entries(frameErrors).map(([status, [code]]) => [code, Number(status)] as const),
    [unrouted.code, 404],
    [unforeseen.code, 500],
  ]
  const statuses = [...new Set(pairs.map(([, status]) => status))].sort((a, b) => a - b)
  return new Map(statuses.map(status => [status, pairs.filter(pair => pair[1] === status).map(([code]) => code)]))
}

/** The body of every error. Existing Go clients read `errMessage`, others `message`. */
export interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly errMessage: string
}

export function errorBody(code: string, message: string): ErrorBody {
  return { code, message, errMessage: message }
}

const unrouted = errorBody('NOT_FOUND', 'there is nothing at this path')
const unforeseen = errorBody('INTERNAL_ERROR', 'internal error')

/** The body of an error that the HTTP layer found before there was a request to handle. */
export function frameErrorBody(status: number): ErrorBody {
  const [code, message] = frameErrors[status] ?? ['INVALID_REQUEST', 'the request is malformed']
  return errorBody(code, message)
}

/**
 * Answers whatever was thrown. What has failed here (anything from 500 up but 501) goes to the log with its cause, and
 * what nobody has foreseen keeps its text inside.
 *
 * @param challenges how a caller could prove who it is, said with every 401
 */
export function onError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  challenges: readonly string[] = [],
): void {
  const { status, body } = answerOf(error)
  const { code } = body
  if (status >= 500 && status !== 501) refuse(request, { code, failure: error ?? 'nothing was thrown' })
  else refuse(request, status === 401 || status === 403 || status === 429 ? { code, ...reasonOf(error) } : { code })
  if (status === 401 && challenges.length > 0) reply.header('www-authenticate', challenges)
  if (status === 503) reply.header('retry-after', String((error instanceof KmsError && retryAfter[error.code]) || 1))
  reply.code(status).send(body)
}

/** What stands behind the one text for all reasons; an adapter's cause says nothing that the other side has said. */
function reasonOf(error: unknown): { reason?: string } {
  const { cause } = error as { cause?: unknown }
  if (typeof cause === 'string') return { reason: cause }
  return cause instanceof Error ? { reason: cause.message } : {}
}

/** How an error is answered: with its own text if it is one of ours, and is no failure that nobody has foreseen. */
export function answerOf(error: unknown): { status: number; body: ErrorBody } {
  if (error instanceof KmsError) {
    const status = statusOf[error.code]
    return { status, body: errorBody(error.code, status === 500 ? 'internal error' : error.message) }
  }
  const { statusCode: status = 500, validation: [validation] = [] }: Partial<FastifyError> =
    error instanceof Error ? error : {}
  if (status >= 400 && status < 500) {
    // Of Fastify's own texts only those of validation say more than the status does, and none repeats a value.
    const body = validation
      ? errorBody('INVALID_REQUEST', wrongTypeAt(validation.instancePath))
      : frameErrorBody(status)
    return { status, body }
  }
  return { status: 500, body: unforeseen }
}

/** The refusal of what is not as its schema says. @param path a JSON pointer to what is wrong; empty for all of it */
export function wrongType(path = ''): KmsError {
  return invalidRequest(wrongTypeAt(path))
}

function wrongTypeAt(path: string): string {
  return `${path.slice(1).replaceAll('/', '.') || 'body'}: missing or of the wrong type`
}

/** Answers what is refused before anything was done for it: an error and its stack would cost more than the answer. */
export function overloaded(request: FastifyRequest, reply: FastifyReply, reason: string): void {
  refuse(request, { code: 'OVERLOADED', reason })
  reply.code(503).header('retry-after', '1').send(errorBody('OVERLOADED', 'there is too much to do now'))
}

export function notFound(request: FastifyRequest, reply: FastifyReply): void {
  refuse(request, { code: unrouted.code })
  reply.code(404).send(unrouted)
}

export function methodNotAllowed(allow: string) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    refuse(request, { code: 'METHOD_NOT_ALLOWED' })
    reply
      .code(405)
      .header('allow', allow)
      .send(errorBody('METHOD_NOT_ALLOWED', `use ${allow}`))
  }
}
