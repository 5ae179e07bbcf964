import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { readLog } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { errorReplies, KeystoreParams } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const LogQuery = Type.Object({ after: Type.Optional(Type.String()) })

/** JSON Lines: an entry on each, as it is hashed. */
const Lines = Type.String()

/** What was done with a keystore and its keys, for whoever may see what it is. */
export const logRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.get(
    '/keystores/:keystoreId/log',
    { schema: { params: KeystoreParams, querystring: LogQuery, response: { 200: Lines, ...errorReplies } } },
    async (request, reply) => {
      const { keystoreId } = request.params
      const { lines, next } = await readLog(kms, callerOf(request), { keystoreId, ...request.query })
      if (next !== undefined) {
        const url = `${kms.keystoreUrl(keystoreId)}/log?after=${encodeURIComponent(next)}`
        // RFC 8288
        reply.header('link', `<${url}>; rel="next"`)
      }
      return reply.type('application/jsonl; charset=utf-8').send(lines.map(line => `${line}\n`).join(''))
    },
  )
}
