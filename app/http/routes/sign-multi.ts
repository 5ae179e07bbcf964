import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  deriveProof,
  encodeBase64,
  invalidRequest,
  maximumMessages,
  signMulti,
  verifyMulti,
  verifyProof,
} from '@keyhold/core'
import { type Static, Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { Base64, Bytes, bytesOf, errorReplies, KeyParams } from '../schema.ts'
import { sendEmpty } from './empty-reply.ts'
import type { RouteOptions } from './route-options.ts'

/** A Go client sends `null` for an empty message, and for no messages. */
const Messages = Type.Optional(Type.Union([Type.Array(Type.Union([Base64, Type.Null()])), Type.Null()]))
const Indexes = Type.Optional(Type.Union([Type.Array(Type.Integer()), Type.Null()]))

const Statement = { messages: Messages, header: Bytes }
const SignRequest = Type.Object(Statement)
const SignReply = Type.Object({ signature: Base64 })
const VerifyRequest = Type.Object({ ...Statement, signature: Bytes })
const DeriveProofRequest = Type.Object({ ...Statement, signature: Bytes, nonce: Bytes, revealed_indexes: Indexes })
const DeriveProofReply = Type.Object({ proof: Base64 })
const VerifyProofRequest = Type.Object({ ...Statement, proof: Bytes, nonce: Bytes, revealed_indexes: Indexes })

export const signMultiRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/:keystoreId/keys/:keyId/signmulti',
    { schema: { params: KeyParams, body: SignRequest, response: { 200: SignReply, ...errorReplies } } },
    async request => {
      const command = { ...request.params, ...statementOf(request.body) }
      return { signature: encodeBase64(await signMulti(kms, callerOf(request), command)) }
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/verifymulti',
    { schema: { params: KeyParams, body: VerifyRequest, response: errorReplies } },
    async (request, reply) => {
      const signature = bytesOf(request.body.signature, 'signature')
      await verifyMulti(kms, callerOf(request), { ...request.params, ...statementOf(request.body), signature })
      return sendEmpty(reply, callerOf(request))
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/deriveproof',
    { schema: { params: KeyParams, body: DeriveProofRequest, response: { 200: DeriveProofReply, ...errorReplies } } },
    async request => {
      const { body, params } = request
      const proof = await deriveProof(kms, callerOf(request), {
        ...params,
        ...statementOf(body),
        signature: bytesOf(body.signature, 'signature'),
        nonce: bytesOf(body.nonce, 'nonce'),
        revealed: indexesOf(body.revealed_indexes) ?? [],
      })
      return { proof: encodeBase64(proof) }
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/verifyproof',
    { schema: { params: KeyParams, body: VerifyProofRequest, response: errorReplies } },
    async (request, reply) => {
      const { body, params } = request
      await verifyProof(kms, callerOf(request), {
        ...params,
        ...statementOf(body),
        proof: bytesOf(body.proof, 'proof'),
        nonce: bytesOf(body.nonce, 'nonce'),
        revealed: indexesOf(body.revealed_indexes),
      })
      return sendEmpty(reply, callerOf(request))
    },
  )
}

/** Counted before it is decoded: what is too much anyway should cost little. */
function statementOf({ messages, header }: Static<typeof SignRequest>) {
  if (messages && messages.length > maximumMessages) throw tooMany('messages')
  return {
    messages: (messages ?? []).map(message => bytesOf(message, 'messages')),
    header: bytesOf(header, 'header'),
  }
}

function indexesOf(indexes: Static<typeof Indexes> | undefined): readonly number[] | undefined {
  if (indexes && indexes.length > maximumMessages) throw tooMany('revealed_indexes')
  return indexes?.length ? indexes : undefined
}

function tooMany(field: string) {
  return invalidRequest(`${field}: at most ${maximumMessages}`)
}
