import type { FastifyReply } from 'fastify'

/** 200 with an empty body that is labelled as JSON all the same: what existing clients know as success. */
export function sendEmpty(reply: FastifyReply): FastifyReply {
  return reply.code(200).type('application/json; charset=utf-8').send('')
}
