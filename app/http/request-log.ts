import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Logs one line for each request, when its answer is made: what is named here and nothing else, no header, body or query.
 */
export function logRequest(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: () => void): void {
  const { keystoreId, keyId } = request.params as { keystoreId?: string; keyId?: string }
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url ?? null,
      keystoreId,
      keyId,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 1000) / 1000,
    },
    'request',
  )
  done()
}
