import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { computeMac, encodeBase64, verifyMac } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { Base64, Bytes, bytesOf, errorReplies, KeyParams } from '../schema.ts'
import { sendEmpty } from './empty-reply.ts'
import type { RouteOptions } from './route-options.ts'

const ComputeMacRequest = Type.Object({ data: Bytes })
const ComputeMacReply = Type.Object({ mac: Base64 })
const VerifyMacRequest = Type.Object({ mac: Bytes, data: Bytes })

export const macRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/:keystoreId/keys/:keyId/computemac',
    { schema: { params: KeyParams, body: ComputeMacRequest, response: { 200: ComputeMacReply, ...errorReplies } } },
    async request => {
      const command = { ...request.params, data: bytesOf(request.body.data, 'data') }
      return { mac: encodeBase64(await computeMac(kms, callerOf(request), command)) }
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/verifymac',
    { schema: { params: KeyParams, body: VerifyMacRequest, response: errorReplies } },
    async (request, reply) => {
      const { mac, data } = request.body
      await verifyMac(kms, callerOf(request), {
        ...request.params,
        mac: bytesOf(mac, 'mac'),
        data: bytesOf(data, 'data'),
      })
      return sendEmpty(reply, callerOf(request))
    },
  )
}
