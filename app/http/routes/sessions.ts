import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closeSession, decodeBase64Url, encodeBase64Url, listSessions, openSession } from '@keyhold/core'
import { type Static, Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { errorReplies, KeystoreParams } from '../schema.ts'
import { sendEmpty } from './empty-reply.ts'
import type { RouteOptions } from './route-options.ts'

/** RFC 8037 section 2. */
const PublicKey = Type.Object({ kty: Type.Literal('OKP'), crv: Type.Literal('X25519'), x: Type.String() })

const OpenRequest = Type.Object({ public_key: PublicKey, ttl: Type.Optional(Type.Integer({ minimum: 1 })) })
const OpenReply = Type.Object({
  session_url: Type.String(),
  public_key: PublicKey,
  ttl: Type.Integer(),
  expires: Type.String(),
})

const SessionParams = Type.Object({ keystoreId: Type.String(), sessionId: Type.String() })
const ListQuery = Type.Object({ after: Type.Optional(Type.String()) })
const ListReply = Type.Object({
  sessions: Type.Array(
    Type.Object({
      id: Type.String(),
      opened: Type.String(),
      by: Type.String(),
      expires: Type.String(),
      target: Type.String(),
      actions: Type.Optional(Type.Array(Type.String())),
    }),
  ),
})

const pageSize = 100
const sessions = '/keystores/:keystoreId/sessions'

/** Opening sessions: it invokes a capability, by a request that is signed whole. */
export const sessionOpeningRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    sessions,
    {
      config: { once: true, wholly: true },
      schema: { params: KeystoreParams, body: OpenRequest, response: { 200: OpenReply, ...errorReplies } },
    },
    async request => {
      const { public_key, ttl } = request.body
      const command = {
        keystoreId: request.params.keystoreId,
        publicKey: decodeBase64Url(public_key.x, 'public_key.x'),
        ...(ttl !== undefined && { ttl: ttl * 1000 }),
      }
      const { session, url, serverKey } = await openSession(kms, callerOf(request), command)
      const own: Static<typeof PublicKey> = { kty: 'OKP', crv: 'X25519', x: encodeBase64Url(serverKey) }
      const seconds = Math.floor((session.expires - session.openedAt) / 1000)
      return { session_url: url, public_key: own, ttl: seconds, expires: new Date(session.expires).toISOString() }
    },
  )
}

/** Seeing and closing them. */
export const sessionRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.get(
    sessions,
    { schema: { params: KeystoreParams, querystring: ListQuery, response: { 200: ListReply, ...errorReplies } } },
    async (request, reply) => {
      const { keystoreId } = request.params
      const listed = await listSessions(kms, callerOf(request), keystoreId, pageSize, request.query.after)
      if (listed.next !== undefined) {
        const url = `${kms.keystoreUrl(keystoreId)}/sessions?after=${encodeURIComponent(listed.next)}`
        // RFC 8288
        reply.header('link', `<${url}>; rel="next"`)
      }
      return {
        sessions: listed.sessions.map(({ id, key, openedAt, expires, chain: { target, actions } }) => ({
          id,
          opened: new Date(openedAt).toISOString(),
          by: key.id,
          expires: new Date(expires).toISOString(),
          target,
          ...(actions !== undefined && { actions: [...actions] }),
        })),
      }
    },
  )

  app.delete(
    `${sessions}/:sessionId`,
    { config: { once: true }, schema: { params: SessionParams, response: errorReplies } },
    async (request, reply) => {
      await closeSession(kms, callerOf(request), request.params)
      return sendEmpty(reply, callerOf(request))
    },
  )
}
