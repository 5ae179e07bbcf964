import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { andThen } from '@keyhold/core'
import { callerOf } from '../authentication/authenticator.ts'
import { encodeOnce, type KeyOperation } from '../key-operation.ts'
import { errorReplies, KeyParams } from '../schema.ts'
import { sendEmpty } from './empty-reply.ts'
import { encryptOperations } from './encrypt.ts'
import { macOperations } from './mac.ts'
import type { RouteOptions } from './route-options.ts'
import { signOperations } from './sign.ts'
import { wrapOperations } from './wrap.ts'

/** The operations on a key that are so fast that many of them can be asked for at once. */
export const keyOperations: readonly KeyOperation[] = [
  ...signOperations,
  ...encryptOperations,
  ...macOperations,
  ...wrapOperations,
]

export const keyPath = '/keystores/:keystoreId/keys/:keyId'

/** Each of them alone. */
export const keyOperationRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  for (const operation of keyOperations) {
    const { name, body, reply: made } = operation
    const response = { ...(made && { 200: made }), ...errorReplies }
    app.post(`${keyPath}/${name}`, { schema: { params: KeyParams, body, response } }, (request, reply) => {
      const work = operation.read(request.body)
      const caller = callerOf(request)
      return andThen(work(kms, caller, request.params), result => {
        const answer = encodeOnce(result)
        return made === undefined ? sendEmpty(reply, caller) : answer
      })
    })
  }
}
