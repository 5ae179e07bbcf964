import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createKeystore, encodeBase64, invalidRequest } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { deflateCapability } from '../authentication/capability-text.ts'
import { errorReplies, OptionalText } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const CreateKeystoreRequest = Type.Object({
  controller: OptionalText,
  edv: Type.Optional(Type.Union([Type.Object({}), Type.Null()])),
})

const CreateKeystoreReply = Type.Object({ key_store_url: Type.String(), capability: Type.Optional(Type.String()) })

/** Creating a keystore: who may is settled by the admission. */
export const keystoreRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores',
    {
      config: { once: true },
      schema: { body: CreateKeystoreRequest, response: { 200: CreateKeystoreReply, ...errorReplies } },
    },
    async request => {
      const { controller, edv } = request.body
      // An empty object counts as no vault, as in the reference server.
      if (edv && Object.keys(edv).length > 0) throw invalidRequest('edv: this server keeps no keys in vaults')
      const { url, rootCapability } = await createKeystore(kms, callerOf(request), { controller: controller ?? '' })
      const capability = rootCapability && encodeBase64(deflateCapability(rootCapability))
      return { key_store_url: url, ...(capability !== undefined && { capability }) }
    },
  )
}
