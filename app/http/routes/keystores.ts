import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createKeystore, encodeBase64, type RequestedLock } from '@keyhold/core'
import { type Static, Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { deflateCapability } from '../authentication/capability-text.ts'
import { Base64, Bytes, bytesOf, errorReplies, OptionalText } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const ShareField = Type.Union([Type.Literal('gf256-11b'), Type.Literal('secrets.js')])

const CreateKeystoreRequest = Type.Object({
  controller: OptionalText,
  edv: Type.Optional(Type.Union([Type.Object({ vault_url: OptionalText, capability: Bytes }), Type.Null()])),
  lock: Type.Optional(
    Type.Union([
      Type.Object({ type: Type.Literal('server-held') }),
      Type.Object({ type: Type.Literal('shamir'), field: Type.Optional(ShareField) }),
      Type.Null(),
    ]),
  ),
})

const CreateKeystoreReply = Type.Object({ key_store_url: Type.String(), capability: Type.Optional(Base64) })

/** Creating a keystore: who may is settled by the admission. */
export const keystoreRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores',
    {
      config: { once: true },
      schema: { body: CreateKeystoreRequest, response: { 200: CreateKeystoreReply, ...errorReplies } },
    },
    async request => {
      const { controller, edv, lock } = request.body
      const command = { controller: controller ?? '', ...vaultOf(edv), ...(lock && { lock: requestedLock(lock) }) }
      const { url, rootCapability } = await createKeystore(kms, callerOf(request), command)
      const capability = rootCapability && encodeBase64(deflateCapability(rootCapability))
      return { key_store_url: url, ...(capability !== undefined && { capability }) }
    },
  )
}

type Body = Static<typeof CreateKeystoreRequest>

/** An empty object counts as no vault, as in the reference server. */
function vaultOf(edv: Body['edv']) {
  if (!edv || Object.keys(edv).length === 0) return {}
  return { vault: { url: edv.vault_url ?? '', capability: bytesOf(edv.capability, 'edv.capability') } }
}

function requestedLock(lock: NonNullable<Body['lock']>): RequestedLock {
  return lock.type === 'server-held' ? { kind: lock.type } : { kind: lock.type, field: lock.field ?? 'gf256-11b' }
}
