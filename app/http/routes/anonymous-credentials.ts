import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { anonymousCredential } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { errorReplies, KeyParams } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

/** What existing clients may send is of no interest yet, but that it is JSON. */
const AnyRequest = Type.Object({})

const schema = { params: KeyParams, response: errorReplies }

/** The calls of Ursa's anonymous credentials (CL signatures), which existing clients know. */
export const anonymousCredentialRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post('/keystores/:keystoreId/keys/:keyId/blind', { schema: { ...schema, body: AnyRequest } }, async request =>
    anonymousCredential(kms, callerOf(request), 'blind', request.params),
  )

  app.get('/keystores/:keystoreId/keys/:keyId/correctnessproof', { schema }, async request =>
    anonymousCredential(kms, callerOf(request), 'correctnessProof', request.params),
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/signwithsecrets',
    { schema: { ...schema, body: AnyRequest } },
    async request => anonymousCredential(kms, callerOf(request), 'signWithSecrets', request.params),
  )
}
