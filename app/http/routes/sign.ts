import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { encodeBase64, sign, verify } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { Base64, Bytes, bytesOf, errorReplies, KeyParams } from '../schema.ts'
import { sendEmpty } from './empty-reply.ts'
import type { RouteOptions } from './route-options.ts'

const SignRequest = Type.Object({ message: Bytes })
const SignReply = Type.Object({ signature: Base64 })
const VerifyRequest = Type.Object({ signature: Bytes, message: Bytes })

export const signRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/:keystoreId/keys/:keyId/sign',
    { schema: { params: KeyParams, body: SignRequest, response: { 200: SignReply, ...errorReplies } } },
    async request => {
      const command = { ...request.params, message: bytesOf(request.body.message, 'message') }
      return { signature: encodeBase64(await sign(kms, callerOf(request), command)) }
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/verify',
    { schema: { params: KeyParams, body: VerifyRequest, response: errorReplies } },
    async (request, reply) => {
      const { signature, message } = request.body
      await verify(kms, callerOf(request), {
        ...request.params,
        signature: bytesOf(signature, 'signature'),
        message: bytesOf(message, 'message'),
      })
      return sendEmpty(reply, callerOf(request))
    },
  )
}
