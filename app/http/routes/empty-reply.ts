import type { Caller } from '@keyhold/core'
import type { FastifyReply } from 'fastify'

/**
 * 200 with an empty body. Clients of the reference server know success as one that is labelled as JSON all the same; to
 * today's clients of the CCG specification that is an error, since they parse what is so labelled.
 */
export function sendEmpty(reply: FastifyReply, caller: Caller): FastifyReply {
  reply.code(200)
  return isParsed(caller) ? reply.send() : reply.type('application/json; charset=utf-8').send('')
}

/** Whether the caller parses what is labelled as JSON. What is only signed, and sessions, the reference does not have. */
function isParsed(caller: Caller): boolean {
  const isOurs = caller.kind === 'signer' || caller.kind === 'session'
  return isOurs || (caller.kind === 'invoker' && caller.invocation.dialect === 'ccg')
}
