import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  easy,
  easyOpen,
  encodeBase64,
  type SentPublicKey,
  sealOpen,
  unwrap,
  type WrappedKey,
  wrapAnonymously,
  wrapAuthenticated,
} from '@keyhold/core'
import { type Static, Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import {
  Base64,
  Bytes,
  bytesOf,
  errorReplies,
  KeyParams,
  KeystoreParams,
  OptionalText,
  someBytesOf,
} from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const PublicKey = Type.Object({ kid: OptionalText, x: Bytes, y: Bytes, curve: OptionalText, type: OptionalText })
const OptionalPublicKey = Type.Optional(Type.Union([PublicKey, Type.Null()]))
const OptionalPrivateKey = Type.Optional(
  Type.Union([Type.Composite([PublicKey, Type.Object({ d: Bytes })]), Type.Null()]),
)

/** `alg`, `epk` and the `ek` of what is wrapped are this server's own: existing clients know none of them. */
const wrapFields = {
  cek: Bytes,
  apu: Bytes,
  apv: Bytes,
  recipient_pub_key: OptionalPublicKey,
  alg: OptionalText,
  epk: OptionalPrivateKey,
}
const AnonymousWrapRequest = Type.Object(wrapFields)
const boxFields = { nonce: Bytes, their_pub: Bytes }
const WrapRequest = Type.Object({ ...wrapFields, tag: Bytes, payload: Bytes, ...boxFields })

const Epk = Type.Object({
  x: Base64,
  y: Type.Optional(Base64),
  curve: Type.String(),
  type: Type.String(),
})
const AnonymousWrapReply = Type.Object({
  kid: Type.Optional(Type.String()),
  encryptedcek: Base64,
  epk: Type.Optional(Epk),
  ek: Type.Optional(Base64),
  alg: Type.String(),
  apu: Base64,
  apv: Type.Optional(Base64),
})
const WrapReply = Type.Partial(Type.Composite([AnonymousWrapReply, Type.Object({ ciphertext: Base64 })]))

const Wrapped = Type.Object({
  encryptedcek: Bytes,
  epk: OptionalPublicKey,
  ek: Bytes,
  alg: OptionalText,
  apu: Bytes,
  apv: Bytes,
})
const UnwrapRequest = Type.Object({
  wrapped_key: Type.Optional(Type.Union([Wrapped, Type.Null()])),
  sender_pub_key: OptionalPublicKey,
  tag: Bytes,
  ciphertext: Bytes,
  my_pub: Bytes,
  ...boxFields,
})
const UnwrapReply = Type.Object({ key: Type.Optional(Base64), plaintext: Type.Optional(Base64) })

export const wrapRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.post(
    '/keystores/:keystoreId/wrap',
    {
      schema: {
        params: KeystoreParams,
        body: AnonymousWrapRequest,
        response: { 200: AnonymousWrapReply, ...errorReplies },
      },
    },
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
      // Existing clients have one path for both, and only a wrapping has a CEK, if an empty one.
      if (body.cek == null) {
        const payload = bytesOf(body.payload, 'payload')
        const ciphertext = await easy(kms, callerOf(request), { ...params, payload, ...boxCommand(body) })
        return { ciphertext: encodeBase64(ciphertext) }
      }
      const command = { ...params, ...wrapCommand(body), tag: bytesOf(body.tag, 'tag') }
      return wrapReply(body, await wrapAuthenticated(kms, callerOf(request), command))
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/unwrap',
    { schema: { params: KeyParams, body: UnwrapRequest, response: { 200: UnwrapReply, ...errorReplies } } },
    async request => {
      const { body, params } = request
      const { wrapped_key: wrapped } = body
      if (wrapped == null || (wrapped.encryptedcek == null && !wrapped.alg)) {
        const sealed = {
          ...params,
          ciphertext: bytesOf(body.ciphertext, 'ciphertext'),
          myPublicKey: bytesOf(body.my_pub, 'my_pub'),
        }
        const isSealed = body.nonce == null && body.their_pub == null
        const opening = isSealed
          ? sealOpen(kms, callerOf(request), sealed)
          : easyOpen(kms, callerOf(request), { ...sealed, ...boxCommand(body) })
        return { plaintext: encodedOnce(await opening) }
      }
      const key = await unwrap(kms, callerOf(request), {
        ...params,
        algorithm: wrapped.alg ?? '',
        encryptedCek: bytesOf(wrapped.encryptedcek, 'wrapped_key.encryptedcek'),
        epk: publicKeyOf(wrapped.epk, 'wrapped_key.epk'),
        ek: bytesOf(wrapped.ek, 'wrapped_key.ek'),
        apu: bytesOf(wrapped.apu, 'wrapped_key.apu'),
        apv: bytesOf(wrapped.apv, 'wrapped_key.apv'),
        tag: bytesOf(body.tag, 'tag'),
        ...(body.sender_pub_key && { sender: publicKeyOf(body.sender_pub_key, 'sender_pub_key') }),
      })
      return { key: encodedOnce(key) }
    },
  )
}

function wrapCommand({ cek, apu, apv, recipient_pub_key, alg, epk }: Static<typeof AnonymousWrapRequest>) {
  return {
    cek: bytesOf(cek, 'cek'),
    apu: bytesOf(apu, 'apu'),
    apv: bytesOf(apv, 'apv'),
    recipient: publicKeyOf(recipient_pub_key, 'recipient_pub_key'),
    ...(alg && { algorithm: alg }),
    ...(epk && { ephemeral: { ...publicKeyOf(epk, 'epk'), d: bytesOf(epk.d, 'epk.d') } }),
  }
}

function boxCommand({ nonce, their_pub }: { nonce?: string | null; their_pub?: string | null }) {
  return { nonce: bytesOf(nonce, 'nonce'), theirPublicKey: bytesOf(their_pub, 'their_pub') }
}

function wrapReply(
  { recipient_pub_key }: Static<typeof AnonymousWrapRequest>,
  { algorithm, encryptedCek, epk, ek, apu, apv }: WrappedKey,
): Static<typeof AnonymousWrapReply> {
  return {
    ...(recipient_pub_key?.kid && { kid: recipient_pub_key.kid }),
    encryptedcek: encodeBase64(encryptedCek),
    ...(epk && { epk: sentKeyReply(epk) }),
    ...(ek && { ek: encodeBase64(ek) }),
    alg: algorithm,
    apu: encodeBase64(apu),
    ...(apv.length > 0 && { apv: encodeBase64(apv) }),
  }
}

function sentKeyReply({ x, y, curve, type }: SentPublicKey): Static<typeof Epk> {
  return { x: encodeBase64(x), ...(y && { y: encodeBase64(y) }), curve, type }
}

/** What is absent is empty, which no public key is. @throws KmsError INVALID_REQUEST */
function publicKeyOf(sent: Static<typeof PublicKey> | null | undefined, field: string): SentPublicKey {
  const y = someBytesOf(sent?.y, `${field}.y`)
  return { type: sent?.type ?? '', curve: sent?.curve ?? '', x: bytesOf(sent?.x, `${field}.x`), ...(y && { y }) }
}

/** The text of bytes that nobody needs any more. */
function encodedOnce(secret: Uint8Array): string {
  const text = encodeBase64(secret)
  secret.fill(0)
  return text
}
