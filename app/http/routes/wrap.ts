import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  encodeBase64,
  type SentPublicKey,
  unwrap,
  type WrappedKey,
  wrapAnonymously,
  wrapAuthenticated,
} from '@keyhold/core'
import { type Static, Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { Bytes, bytesOf, errorReplies, KeyParams, KeystoreParams, OptionalText } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const PublicKey = Type.Object({ kid: OptionalText, x: Bytes, y: Bytes, curve: OptionalText, type: OptionalText })
const OptionalPublicKey = Type.Optional(Type.Union([PublicKey, Type.Null()]))

const WrapRequest = Type.Object({
  cek: Bytes,
  apu: Bytes,
  apv: Bytes,
  recipient_pub_key: OptionalPublicKey,
  tag: Bytes,
  alg: OptionalText,
})
const Epk = Type.Object({
  x: Type.String(),
  y: Type.Optional(Type.String()),
  curve: Type.String(),
  type: Type.String(),
})
const WrapReply = Type.Object({
  kid: Type.Optional(Type.String()),
  encryptedcek: Type.String(),
  epk: Epk,
  alg: Type.String(),
  apu: Type.String(),
  apv: Type.Optional(Type.String()),
})

const Wrapped = Type.Object({ encryptedcek: Bytes, epk: OptionalPublicKey, alg: OptionalText, apu: Bytes, apv: Bytes })
const UnwrapRequest = Type.Object({
  wrapped_key: Type.Optional(Type.Union([Wrapped, Type.Null()])),
  sender_pub_key: OptionalPublicKey,
  tag: Bytes,
})
const UnwrapReply = Type.Object({ key: Type.String() })

export const wrapRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/:keystoreId/wrap',
    { schema: { params: KeystoreParams, body: WrapRequest, response: { 200: WrapReply, ...errorReplies } } },
    async request => {
      const { body, params } = request
      return wrapReply(body, await wrapAnonymously(kms, callerOf(request), { ...params, ...wrapCommand(body) }))
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/wrap',
    { schema: { params: KeyParams, body: WrapRequest, response: { 200: WrapReply, ...errorReplies } } },
    async request => {
      const { body, params } = request
      const command = { ...params, ...wrapCommand(body), tag: bytesOf(body.tag, 'tag') }
      return wrapReply(body, await wrapAuthenticated(kms, callerOf(request), command))
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/unwrap',
    { schema: { params: KeyParams, body: UnwrapRequest, response: { 200: UnwrapReply, ...errorReplies } } },
    async request => {
      const { wrapped_key, sender_pub_key, tag } = request.body
      const key = await unwrap(kms, callerOf(request), {
        ...request.params,
        algorithm: wrapped_key?.alg ?? '',
        encryptedCek: bytesOf(wrapped_key?.encryptedcek, 'wrapped_key.encryptedcek'),
        epk: publicKeyOf(wrapped_key?.epk, 'wrapped_key.epk'),
        apu: bytesOf(wrapped_key?.apu, 'wrapped_key.apu'),
        apv: bytesOf(wrapped_key?.apv, 'wrapped_key.apv'),
        tag: bytesOf(tag, 'tag'),
        ...(sender_pub_key && { sender: publicKeyOf(sender_pub_key, 'sender_pub_key') }),
      })
      try {
        return { key: encodeBase64(key) }
      } finally {
        key.fill(0)
      }
    },
  )
}

function wrapCommand({ cek, apu, apv, recipient_pub_key, alg }: Static<typeof WrapRequest>) {
  return {
    cek: bytesOf(cek, 'cek'),
    apu: bytesOf(apu, 'apu'),
    apv: bytesOf(apv, 'apv'),
    recipient: publicKeyOf(recipient_pub_key, 'recipient_pub_key'),
    ...(alg && { algorithm: alg }),
  }
}

function wrapReply(
  { recipient_pub_key }: Static<typeof WrapRequest>,
  { algorithm, encryptedCek, epk, apu, apv }: WrappedKey,
): Static<typeof WrapReply> {
  const { x, y, curve, type } = epk
  return {
    ...(recipient_pub_key?.kid && { kid: recipient_pub_key.kid }),
    encryptedcek: encodeBase64(encryptedCek),
    epk: { x: encodeBase64(x), ...(y && { y: encodeBase64(y) }), curve, type },
    alg: algorithm,
    apu: encodeBase64(apu),
    ...(apv.length > 0 && { apv: encodeBase64(apv) }),
  }
}

/** What is absent is empty, which no public key is. @throws KmsError INVALID_REQUEST */
function publicKeyOf(sent: Static<typeof PublicKey> | null | undefined, field: string): SentPublicKey {
  return {
    type: sent?.type ?? '',
    curve: sent?.curve ?? '',
    x: bytesOf(sent?.x, `${field}.x`),
    y: bytesOf(sent?.y, `${field}.y`),
  }
}
