import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createKey, encodeBase64, exportForm, exportKey, importKey, publicFormNames, rotateKey } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { OptionalJwk, secretJwkOf } from '../jwk.ts'
import {
  Base64,
  Bytes,
  errorReplies,
  KeyParams,
  KeystoreParams,
  OptionalText,
  OptionalTexts,
  someBytesOf,
} from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const CreateKeyRequest = Type.Object({ key_type: OptionalText, attrs: OptionalTexts })
const CreateKeyReply = Type.Object({ key_url: Type.String(), public_key: Type.Union([Base64, Type.Null()]) })

/** `jwk` is this server's own. */
const ImportKeyRequest = Type.Object({
  key_type: OptionalText,
  key: Bytes,
  jwk: OptionalJwk,
  public_key: Bytes,
  key_id: OptionalText,
})
const KeyUrlReply = Type.Object({ key_url: Type.String() })

/** Existing clients ask for none of these. */
const ExportKeyQuery = Type.Object({
  format: Type.Optional(Type.Union(publicFormNames.map(name => Type.Literal(name)))),
})
const ExportKeyReply = Type.Partial(
  Type.Object({
    public_key: Base64,
    key_type: Type.String(),
    jwk: Type.Record(Type.String(), Type.String()),
    spki: Base64,
    multikey: Type.String(),
    did_key: Type.String(),
  }),
)

const RotateKeyRequest = Type.Object({ key_type: OptionalText, attrs: OptionalTexts })

export const keyRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  const keyUrl = (keystoreId: string, keyId: string) => `${kms.keystoreUrl(keystoreId)}/keys/${keyId}`

  app.post(
    '/keystores/:keystoreId/keys',
    {
      config: { once: true },
      schema: {
        params: KeystoreParams,
        body: CreateKeyRequest,
        response: { 200: CreateKeyReply, ...errorReplies },
      },
    },
    async request => {
      const { keystoreId } = request.params
      const { key_type, attrs } = request.body
      const command = { keystoreId, keyType: key_type ?? '', attributes: attrs ?? [] }
      const { id, publicKey } = await createKey(kms, callerOf(request), command)
      return { key_url: keyUrl(keystoreId, id), public_key: publicKey ? encodeBase64(publicKey) : null }
    },
  )

  app.put(
    '/keystores/:keystoreId/keys',
    {
      config: { once: true },
      schema: { params: KeystoreParams, body: ImportKeyRequest, response: { 200: KeyUrlReply, ...errorReplies } },
    },
    async request => {
      const { keystoreId } = request.params
      const { body } = request
      const publicKey = someBytesOf(body.public_key, 'public_key')
      const key = someBytesOf(body.key, 'key')
      const jwk = body.jwk ? secretJwkOf(body.jwk) : undefined
      const keyId = body.key_id || body.jwk?.kid
      const { id } = await importKey(kms, callerOf(request), {
        keystoreId,
        keyType: body.key_type ?? '',
        ...(key && { key }),
        ...(jwk && { jwk }),
        ...(publicKey && { publicKey }),
        ...(keyId && { keyId }),
      })
      return { key_url: keyUrl(keystoreId, id) }
    },
  )

  app.get(
    '/keystores/:keystoreId/keys/:keyId/export',
    { schema: { params: KeyParams, querystring: ExportKeyQuery, response: { 200: ExportKeyReply, ...errorReplies } } },
    async request => {
      const { params, query } = request
      if (query.format !== undefined) {
        const { form, type } = await exportForm(kms, callerOf(request), { ...params, form: query.format })
        return { key_type: type, [query.format]: form instanceof Uint8Array ? encodeBase64(form) : form }
      }
      const { publicKey, type } = await exportKey(kms, callerOf(request), params)
      return { public_key: encodeBase64(publicKey), key_type: type }
    },
  )

  app.post(
    '/keystores/:keystoreId/keys/:keyId/rotate',
    {
      config: { once: true },
      schema: { params: KeyParams, body: RotateKeyRequest, response: { 200: KeyUrlReply, ...errorReplies } },
    },
    async request => {
      const { key_type, attrs } = request.body
      const command = { ...request.params, keyType: key_type ?? '', attributes: attrs ?? [] }
      const { id } = await rotateKey(kms, callerOf(request), command)
      return { key_url: keyUrl(request.params.keystoreId, id) }
    },
  )
}
