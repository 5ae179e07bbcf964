import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listPublicKeys } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { errorReplies, KeystoreParams } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const JwksQuery = Type.Object({ after: Type.Optional(Type.String()) })

/** RFC 7517 section 5. */
const Jwks = Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.String())) })

/** A new version of a key is to be found soon, and one that was withdrawn is not to be found for long. Seconds. */
const publicLifetime = 60

/** The public keys of a keystore, for its controller or for everyone. */
export const jwksRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.get(
    '/keystores/:keystoreId/jwks',
    { schema: { params: KeystoreParams, querystring: JwksQuery, response: { 200: Jwks, ...errorReplies } } },
    async (request, reply) => {
      const { keystoreId } = request.params
      const { keys, next, isPublic } = await listPublicKeys(kms, callerOf(request), { keystoreId, ...request.query })
      if (isPublic) reply.header('cache-control', `public, max-age=${publicLifetime}`)
      if (next !== undefined) {
        const url = `${kms.keystoreUrl(keystoreId)}/jwks?after=${encodeURIComponent(next)}`
        // RFC 8288
        reply.header('link', `<${url}>; rel="next"`)
      }
      return reply.type('application/jwk-set+json').send({ keys: [...keys] })
    },
  )
}
