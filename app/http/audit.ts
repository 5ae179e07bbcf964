import { inTime } from '@keyhold/adapters'
import { type AuditLog, type AuditOptions, type Decision, KmsError, serverLog, type Trail } from '@keyhold/core'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorBody } from './errors.ts'
import { principalOf } from './principal.ts'
import { recordOf, refuse } from './request-record.ts'
import { configOf } from './route-config.ts'

/** What becomes of a request that cannot be written down: with `closed` it is answered 503, and its result withheld. */
export type AuditMode = 'closed' | 'open'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request was about; null until it has a caller, absent where nothing is written down. */
    trail?: Trail | null
  }
}

/**
 * Whose entries are on the disk before they are answered: everyone's, or those of requests that change something; the others
 * survive the end of the process alone (`Durability`).
 */
export type AuditSync = 'always' | 'changes'

export interface AuditRequests {
  readonly mode: AuditMode
  /** Default: `always`. */
  readonly sync?: AuditSync
}

/** How the log is written here. @param timeout milliseconds that a call of the store may take */
export function auditOptions(timeout: number, log: FastifyBaseLogger | undefined): AuditOptions {
  return {
    turns: { nextTurn: setImmediate, shortly: run => setTimeout(run, 1) },
    bound: call => inTime(timeout, call),
    onFailure: err => log?.error({ err }, 'the audit log cannot be written'),
  }
}

/** Writes down each request that asks for something, before it is answered: in the log of its keystore, if it has one. */
export function auditRequests(app: FastifyInstance, log: AuditLog, { mode, sync = 'always' }: AuditRequests): void {
  app.decorateRequest('trail', null)
  app.addHook('onSend', (request, reply, _payload, done) => {
    const decision = decisionOf(request, reply)
    if (decision === undefined) return done()
    const durability = sync === 'always' || configOf(request).once ? 'flushed' : 'written'
    log.write(request.trail?.keystore ?? serverLog, decision, durability).then(
      () => done(),
      error => {
        // Whoever is told that something has failed is told nothing that could be withheld.
        if (mode === 'closed' && reply.statusCode < 500) return done(null, withhold(error, request, reply))
        request.log.error({ err: error, request: request.id }, 'a request is answered that could not be written down')
        done()
      },
    )
  })
}

function decisionOf(request: FastifyRequest, reply: FastifyReply): Decision | undefined {
  const { proven, trail } = request
  const { id, operation, keyId, status, items, failed, code, reason } = recordOf(request, reply)
  if (id === null || operation === null) return undefined
  // Of what nobody has looked at there is nothing to say, and whoever floods the server must not fill the log.
  if (code === 'RATE_LIMITED' || (code === 'OVERLOADED' && !proven)) return undefined
  // Its time is not over.
  request.record = null
  const principal = proven ? nameOf(proven.caller) : undefined
  const uses = request.batch?.uses
  // Where it was about several keys, none of them stands for all.
  const key = uses === undefined ? (trail?.key ?? keyId) : undefined
  const version = uses === undefined ? trail?.version : undefined
  return {
    type: 'decision',
    request: id,
    operation,
    principal,
    key,
    version,
    status,
    items,
    failed,
    uses,
    code,
    reason,
  }
}

/** A keystore's controller may know who it is; of a token's owner, who may be somebody else's user, only a hash. */
function nameOf(caller: NonNullable<FastifyRequest['proven']>['caller']): string {
  if (caller.kind === 'session') return caller.session.key.id
  return 'key' in caller ? caller.key.id : (principalOf(caller) ?? caller.kind)
}

/** The answer in the place of one that was not written down. */
function withhold(error: unknown, request: FastifyRequest, reply: FastifyReply): string {
  const { code, message } = error instanceof KmsError ? error : { code: 'INTERNAL_ERROR', message: 'internal error' }
  refuse(request, { code, failure: error })
  for (const name of ['link', 'cache-control', 'www-authenticate', 'content-length']) reply.removeHeader(name)
  reply.code(503).header('retry-after', '1').header('content-type', 'application/json; charset=utf-8')
  return JSON.stringify(errorBody(code, message))
}
