import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { onError } from './errors.ts'
import type { FixedHeaders } from './fixed-headers.ts'
import { type RequestObserver, recordOf } from './request-record.ts'

/**
 * What happens to every answer, in one hook: its fixed headers are set, and whoever observes learns of the request. After
 * every other hook of its kind, since one before it may change the answer; and not when that has gone out: what a client
 * has asked for that is gone by then was done all the same.
 */
export function finishAnswers(
  app: FastifyInstance,
  headers: FixedHeaders,
  observe: RequestObserver,
  stopping?: AbortSignal,
): void {
  const fixed = Object.entries(headers)
  let closing = stopping?.aborted === true
  stopping?.addEventListener('abort', () => {
    closing = true
  })
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    for (const [name, value] of fixed) if (!reply.hasHeader(name)) reply.header(name, value)
    reply.header('x-request-id', request.id)
    // Kept open, the connection would hold up the close until its keep-alive time is over.
    if (closing) reply.header('connection', 'close')
    observe(recordOf(request, reply), request.refusal?.failure)
    done()
  })
}

/** The same for what no route was found for yet: there are no hooks for it. */
export function answerUnroutable(headers: FixedHeaders, observe: RequestObserver) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    onError(error, request, reply.headers({ ...headers, 'x-request-id': request.id }))
    observe(recordOf(request, reply), request.refusal?.failure)
  }
}
