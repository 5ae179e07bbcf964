import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createKeystore, invalidRequest } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../caller.ts'
import { errorReplies, OptionalText } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const CreateKeystoreRequest = Type.Object({
  controller: OptionalText,
  edv: Type.Optional(Type.Union([Type.Object({}), Type.Null()])),
})

const CreateKeystoreReply = Type.Object({ key_store_url: Type.String() })

export const keystoreRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms, urlOf }) => {
  app.post(
    '/keystores',
    { schema: { body: CreateKeystoreRequest, response: { 200: CreateKeystoreReply, ...errorReplies } } },
    async request => {
      const { controller, edv } = request.body
      // An empty object counts as no vault, as in the reference server.
      if (edv && Object.keys(edv).length > 0) throw invalidRequest('edv: this server keeps no keys in vaults')
      const keystore = await createKeystore(kms, callerOf(request), { controller: controller ?? '' })
      return { key_store_url: urlOf(`/v1/keystores/${keystore.id}`) }
    },
  )
}
