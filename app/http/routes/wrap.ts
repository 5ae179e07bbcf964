import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  type Caller,
  easy,
  easyOpen,
  type KeyAddress,
  type Kms,
  type SentPublicKey,
  sealOpen,
  unwrap,
  type WrappedKey,
  wrapAnonymously,
  wrapAuthenticated,
} from '@keyhold/core'
import { type Static, Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { encodeOnce, type KeyOperation, keyOperation, type Made, type Work } from '../key-operation.ts'
import { Base64, Bytes, bytesOf, errorReplies, KeystoreParams, OptionalText, someBytesOf } from '../schema.ts'
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
type WrappedReply = Static<typeof AnonymousWrapReply>
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

export const wrapOperations: readonly KeyOperation[] = [
  keyOperation({
    name: 'wrap',
    action: 'wrap',
    body: WrapRequest,
    reply: WrapReply,
    read(body) {
      // Existing clients have one path for both, and only a wrapping has a CEK, if an empty one.
      if (body.cek == null) {
        const box = { payload: bytesOf(body.payload, 'payload'), ...boxCommand(body) }
        return async (kms, caller, address) => ({ ciphertext: await easy(kms, caller, { ...address, ...box }) })
      }
      const wrapping = { ...wrapCommand(body), tag: bytesOf(body.tag, 'tag') }
      return async (kms, caller, address) =>
        wrapped(body, await wrapAuthenticated(kms, caller, { ...address, ...wrapping }))
    },
  }),

  keyOperation({
    name: 'unwrap',
    action: 'unwrap',
    body: UnwrapRequest,
    reply: UnwrapReply,
    read(body) {
      const { wrapped_key: sent } = body
      if (sent == null || (sent.encryptedcek == null && !sent.alg)) return readOpening(body)
      const unwrapping = {
        algorithm: sent.alg ?? '',
        encryptedCek: bytesOf(sent.encryptedcek, 'wrapped_key.encryptedcek'),
        epk: publicKeyOf(sent.epk, 'wrapped_key.epk'),
        ek: bytesOf(sent.ek, 'wrapped_key.ek'),
        apu: bytesOf(sent.apu, 'wrapped_key.apu'),
        apv: bytesOf(sent.apv, 'wrapped_key.apv'),
        tag: bytesOf(body.tag, 'tag'),
        ...(body.sender_pub_key && { sender: publicKeyOf(body.sender_pub_key, 'sender_pub_key') }),
      }
      return async (kms, caller, address) => ({ key: await unwrap(kms, caller, { ...address, ...unwrapping }) })
    },
  }),
]

/** As nobody: no key is used. */
export const anonymousWrap = {
  name: 'wrap',
  action: 'wrap',
  body: AnonymousWrapRequest,
  reply: AnonymousWrapReply,
  read(body: Static<typeof AnonymousWrapRequest>) {
    const wrapping = wrapCommand(body)
    return async (kms: Kms, caller: Caller, { keystoreId }: Pick<KeyAddress, 'keystoreId'>) =>
      wrapped(body, await wrapAnonymously(kms, caller, { keystoreId, ...wrapping }))
  },
} as const satisfies KeyOperation<typeof AnonymousWrapRequest>

export const wrapRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  const response = { 200: AnonymousWrapReply, ...errorReplies }
  const schema = { params: KeystoreParams, body: AnonymousWrapRequest, response }
  app.post('/keystores/:keystoreId/wrap', { schema }, async request => {
    const work = anonymousWrap.read(request.body)
    return encodeOnce(await work(kms, callerOf(request), request.params)) as WrappedReply
  })
}

function readOpening(body: Static<typeof UnwrapRequest>): Work {
  const sealed = {
    ciphertext: bytesOf(body.ciphertext, 'ciphertext'),
    myPublicKey: bytesOf(body.my_pub, 'my_pub'),
  }
  if (body.nonce == null && body.their_pub == null) {
    return async (kms, caller, address) => ({ plaintext: await sealOpen(kms, caller, { ...address, ...sealed }) })
  }
  const box = { ...sealed, ...boxCommand(body) }
  return async (kms, caller, address) => ({ plaintext: await easyOpen(kms, caller, { ...address, ...box }) })
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

function wrapped(
  { recipient_pub_key }: Static<typeof AnonymousWrapRequest>,
  { algorithm, encryptedCek, epk, ek, apu, apv }: WrappedKey,
): Made {
  return {
    ...(recipient_pub_key?.kid && { kid: recipient_pub_key.kid }),
    encryptedcek: encryptedCek,
    ...(epk && { epk: { ...epk } }),
    ...(ek && { ek }),
    alg: algorithm,
    // What was sent is somebody else's, and what is answered its own.
    apu: Uint8Array.from(apu),
    ...(apv.length > 0 && { apv: Uint8Array.from(apv) }),
  }
}

/** What is absent is empty, which no public key is. @throws KmsError INVALID_REQUEST */
function publicKeyOf(sent: Static<typeof PublicKey> | null | undefined, field: string): SentPublicKey {
  const y = someBytesOf(sent?.y, `${field}.y`)
  return { type: sent?.type ?? '', curve: sent?.curve ?? '', x: bytesOf(sent?.x, `${field}.x`), ...(y && { y }) }
}
