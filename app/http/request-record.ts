import type { Caller, DecidedUse } from '@keyhold/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { operationOf, templateOf } from './operation-of.ts'
import { principalOf } from './principal.ts'
import { configOf } from './route-config.ts'

/**
 * What is remembered of a request: these members and nothing else, no header, body or query value. Log, metrics and audit
 * are made of it. Every text is bounded, and printable ASCII.
 */
export interface RequestRecord {
  /** Answered as `X-Request-Id`. Null for what was no request. */
  readonly id: string | null
  readonly method: string | null
  /** The pattern of the path; null if there is no such route. */
  readonly route: string | null
  /** What was asked for (`operation-of.ts`); null at a route that does nothing for a caller. */
  readonly operation: string | null
  /** How the caller has proven who it is; null if it has not, or did not need to. */
  readonly caller: Caller['kind'] | null
  /** Who that is (`principal.ts`). */
  readonly principal: string | undefined
  /** As they stand in the path, whether or not there is such a keystore or key. */
  readonly keystoreId: string | undefined
  readonly keyId: string | undefined
  readonly status: number
  /** The code of the error that is answered. */
  readonly code: string | undefined
  /** Why a caller is refused, for the operator alone: the caller reads one text for all reasons. */
  readonly reason: string | undefined
  /** How many items a batch had, and how many of them have failed. */
  readonly items: number | undefined
  readonly failed: number | undefined
  /** Whether the signature covers only what clients of long ago cover, where that is allowed. */
  readonly legacyCoverage: true | undefined
  /** Whether the client had gone before it was answered. */
  readonly aborted: boolean
  /** From the head of the request to the answer. */
  readonly milliseconds: number
}

/** Learns of each request once, when its answer is made, and of what has failed here, if anything has. */
export type RequestObserver = (record: RequestRecord, failure: unknown) => void

/** Why a request was not done. */
export interface Refusal {
  readonly code: string
  readonly reason?: string
  /** What has failed here. */
  readonly failure?: unknown
}

interface RouteFacts {
  readonly route: string
  readonly operation: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds of `performance.now()`. */
    receivedAt: number
    refusal: Refusal | null
    record: RequestRecord | null
    /** What came of a batch that was done. */
    batch: { readonly items: number; readonly failed: number; readonly uses?: readonly DecidedUse[] } | null
  }
  interface FastifyContextConfig {
    facts?: RouteFacts
    /** Set on a route whose body has `items`, each of which counts as a request. */
    batch?: boolean
  }
}

/** Makes `recordOf` work for the requests of an app. Before its routes are registered. */
export function keepRecords(app: FastifyInstance): void {
  app.decorateRequest('receivedAt', 0)
  app.decorateRequest('refusal', null)
  app.decorateRequest('record', null)
  app.decorateRequest('batch', null)
  app.decorateRequest('routeConfig', null)
  app.addHook('onRoute', route => {
    const template = templateOf(route.url)
    const [method = ''] = [route.method].flat()
    route.config = { ...route.config, facts: { route: template, operation: operationOf(method, template) } }
  })
}

/** Notes why a request is not done; what was known of it before does not hold any more. */
export function refuse(request: FastifyRequest, refusal: Refusal): void {
  request.refusal = refusal
  request.record = null
}

/** The one record of a request. Its answer must be settled: status, and why it is refused. */
export function recordOf(request: FastifyRequest, reply: FastifyReply): RequestRecord {
  request.record ??= makeRecord(request, reply)
  return request.record
}

function makeRecord(request: FastifyRequest, reply: FastifyReply): RequestRecord {
  const { raw, proven, refusal } = request
  const { keystoreId, keyId } = (request.params ?? {}) as { keystoreId?: string; keyId?: string }
  const { facts } = configOf(request)
  const caller = proven?.caller
  return {
    id: request.id,
    method: request.method,
    route: facts?.route ?? null,
    operation: facts?.operation ?? null,
    caller: caller?.kind ?? null,
    principal: caller && principalOf(caller),
    keystoreId: keystoreId === undefined ? undefined : printable(keystoreId),
    keyId: keyId === undefined ? undefined : printable(keyId),
    status: reply.statusCode,
    code: refusal?.code,
    reason: refusal?.reason === undefined ? undefined : printable(refusal.reason),
    items: request.batch?.items,
    failed: request.batch?.failed,
    legacyCoverage: proven?.legacyCoverage,
    aborted: raw.socket.destroyed === true,
    milliseconds: request.receivedAt ? Math.round((performance.now() - request.receivedAt) * 1000) / 1000 : 0,
  }
}

/** What could not be read as a request at all. */
export function brokenFrame(status: number, code: string): RequestRecord {
  return { ...nothing, status, code }
}

const nothing = {
  id: null,
  method: null,
  route: null,
  operation: null,
  caller: null,
  principal: undefined,
  keystoreId: undefined,
  keyId: undefined,
  reason: undefined,
  items: undefined,
  failed: undefined,
  legacyCoverage: undefined,
  aborted: false,
  milliseconds: 0,
} as const

const longest = 128
const plain = /^[\x20-\x24\x26-\x7e]{0,128}$/
const special = /[^\x20-\x24\x26-\x7e]+/g

/** A text that may be a stranger's: what is not printable is escaped as in a URL, and what is too long is cut. */
function printable(text: string): string {
  if (plain.test(text)) return text
  // Half of a pair of surrogates cannot be escaped, and becomes U+FFFD.
  const escaped = text.slice(0, longest).replace(special, part => encodeURIComponent(Buffer.from(part).toString()))
  return escaped.length > longest || text.length > longest ? `${escaped.slice(0, longest)}...` : escaped
}
