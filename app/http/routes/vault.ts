import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { updateVaultCapability, vaultDid } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { Bytes, bytesOf, errorReplies, KeystoreParams } from '../schema.ts'
import { sendEmpty } from './empty-reply.ts'
import type { RouteOptions } from './route-options.ts'

const VaultDidReply = Type.Object({ did: Type.String() })
const UpdateRequest = Type.Object({ capability: Bytes })

/** Whoever may create a keystore needs to know whom to delegate the vault to first. */
export const vaultDidRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/did',
    { config: { ignoresBody: true }, schema: { response: { 200: VaultDidReply, ...errorReplies } } },
    async () => ({ did: await vaultDid(kms) }),
  )
}

/** The vault that the keys of a keystore live in. */
export const vaultRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/:keystoreId/edv',
    { config: { once: true }, schema: { params: KeystoreParams, body: UpdateRequest, response: errorReplies } },
    async (request, reply) => {
      const capability = bytesOf(request.body.capability, 'capability')
      await updateVaultCapability(kms, callerOf(request), { keystoreId: request.params.keystoreId, capability })
      return sendEmpty(reply, callerOf(request))
    },
  )
}
