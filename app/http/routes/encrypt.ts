import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { decrypt, encodeBase64, encrypt } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { Base64, Bytes, bytesOf, errorReplies, KeyParams } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const EncryptRequest = Type.Object({ message: Bytes, associated_data: Bytes })
const EncryptReply = Type.Object({ ciphertext: Base64, nonce: Base64 })
const DecryptRequest = Type.Object({ ciphertext: Bytes, associated_data: Bytes, nonce: Bytes })
const DecryptReply = Type.Object({ plaintext: Base64 })

export const encryptRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/:keystoreId/keys/:keyId/encrypt',
    { schema: { params: KeyParams, body: EncryptRequest, response: { 200: EncryptReply, ...errorReplies } } },
    async request => {
      const { message, associated_data } = request.body
      const { ciphertext, nonce } = await encrypt(kms, callerOf(request), {
        ...request.params,
        message: bytesOf(message, 'message'),
        associatedData: bytesOf(associated_data, 'associated_data'),
      })
      return { ciphertext: encodeBase64(ciphertext), nonce: encodeBase64(nonce) }
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/decrypt',
    { schema: { params: KeyParams, body: DecryptRequest, response: { 200: DecryptReply, ...errorReplies } } },
    async request => {
      const { ciphertext, associated_data, nonce } = request.body
      const plaintext = await decrypt(kms, callerOf(request), {
        ...request.params,
        ciphertext: bytesOf(ciphertext, 'ciphertext'),
        associatedData: bytesOf(associated_data, 'associated_data'),
        nonce: bytesOf(nonce, 'nonce'),
      })
      return { plaintext: encodeBase64(plaintext) }
    },
  )
}
