import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { type RequestRecord, recordOf } from './request-record.ts'

/** Traces requests. What `begin` answers stands for one of them, whatever that is. */
export interface RequestTracing<C> {
  begin(request: IncomingMessage, isTrusted: boolean): C
  /** Runs what belongs to the request. */
  within<T>(context: C, run: () => T): T
  end(context: C, record: RequestRecord): void
}

/**
 * Runs what is done for a request in the context of its span. The body arrives on events of the connection, which know
 * nothing of the request, so that is entered anew behind it.
 */
export function traceRequests<C>(
  app: FastifyInstance,
  tracing: RequestTracing<C>,
  isTrusted: (address: string) => boolean,
): void {
  const contexts = new WeakMap<object, C>()
  app.addHook('onRequest', (request, _reply, done) => {
    const context = tracing.begin(request.raw, isTrusted(request.ip))
    contexts.set(request, context)
    tracing.within(context, done)
  })
  app.addHook('preValidation', (request, _reply, done) => {
    const context = contexts.get(request)
    if (context === undefined) done()
    else tracing.within(context, done)
  })
  // Called for a client that has gone as well.
  app.addHook('onResponse', (request, reply, done) => {
    const context = contexts.get(request)
    if (context !== undefined) tracing.end(context, recordOf(request, reply))
    done()
  })
}
