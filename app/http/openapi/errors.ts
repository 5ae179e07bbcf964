import { STATUS_CODES } from 'node:http'
import { codesByStatus } from '../errors.ts'
import type { Operation } from './operation.ts'

const text = { type: 'string' }
const challenge = 'How a caller could prove who it is (RFC 9110, section 11.6.1).'
const retryAfter = {
  description: 'After how many seconds the request may be repeated.',
  schema: { type: 'integer' },
}

const headers: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': { description: challenge, schema: text } },
  429: {
    'Retry-After': retryAfter,
    RateLimit: { description: 'What is left (draft-ietf-httpapi-ratelimit-headers-10).', schema: text },
    'RateLimit-Policy': { description: 'How much may be asked in how many seconds.', schema: text },
  },
  503: { 'Retry-After': retryAfter },
}

/** The body of an error, for every status: with all codes that go with it. */
export function errorSchemas(): Record<string, object> {
  const schemas = Array.from(codesByStatus(), ([status, codes]) => {
    const properties = {
      code: { type: 'string', enum: codes },
      message: { ...text, description: 'For people.' },
      errMessage: { ...text, description: 'The same.' },
    }
    return [errorName(status), { type: 'object', required: Object.keys(properties), properties }] as const
  })
  return Object.fromEntries(schemas)
}

/** The answer of an error. */
export function errorResponse(status: number, examples?: object) {
  const schema = { $ref: `#/components/schemas/${errorName(status)}` }
  return {
    description: STATUS_CODES[status] ?? '',
    ...(headers[status] && { headers: headers[status] }),
    content: { 'application/json': { schema, ...(examples && { examples }) } },
  }
}

/** The answers of all errors, by their names in the document. */
export function errorResponses(): Record<string, object> {
  return Object.fromEntries(Array.from(codesByStatus().keys(), status => [errorName(status), errorResponse(status)]))
}

export function errorName(status: number): string {
  return `Error${status}`
}

/** What some operations are never answered: another method than a path has is another operation. */
const unusual: Readonly<Record<number, (operation: Operation) => boolean>> = {
  401: ({ caller }) => caller !== undefined,
  403: ({ caller }) => caller !== undefined,
  404: ({ route }) => route.includes(':'),
  405: () => false,
  409: ({ caller }) => caller !== undefined,
  413: ({ route }) => !route.startsWith('GET'),
  414: ({ route }) => route.includes(':'),
  422: ({ caller }) => caller !== undefined,
  // That is said of an item of a batch alone.
  424: () => false,
  // Health knows no limits.
  429: ({ caller }) => caller !== undefined,
  501: ({ answer }) => answer === undefined,
  502: ({ caller }) => caller !== undefined,
}

/** With which statuses an operation may be refused. */
export function errorStatusesOf(operation: Operation): number[] {
  return [...codesByStatus().keys()].filter(status => unusual[status]?.(operation) ?? true)
}
