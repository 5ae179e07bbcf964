import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  describeKeystore,
  encodeBase64,
  invalidRequest,
  type Keystore,
  listRevocations,
  revokeCapability,
  sha256Base64Url,
  type TokenOwner,
  updateKeystore,
} from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { deflateCapability } from '../authentication/capability-text.ts'
import { readDelegated } from '../authentication/zcap.ts'
import { Base64, errorReplies, KeystoreParams, OptionalText } from '../schema.ts'
import { sendEmpty } from './empty-reply.ts'
import type { RouteOptions } from './route-options.ts'

const Description = Type.Object({
  key_store_url: Type.String(),
  controller: Type.String(),
  owner: Type.Optional(Type.Object({ iss: OptionalText, sub: OptionalText, jkt: OptionalText })),
  created: Type.String(),
  state: Type.String(),
  lock: Type.String(),
  vault_url: Type.Optional(Type.String()),
  jwks: Type.String(),
  revision: Type.Integer(),
  capability: Type.Optional(Base64),
})

const JwksReaders = Type.Union([Type.Literal('controller'), Type.Literal('public')])

const UpdateRequest = Type.Object(
  { controller: Type.Optional(Type.String()), jwks: Type.Optional(JwksReaders), revision: Type.Integer() },
  { additionalProperties: false },
)

const RevocationParams = Type.Object({ keystoreId: Type.String(), capabilityId: Type.String() })
const RevocationQuery = Type.Object({ after: Type.Optional(Type.String()) })
const Revocations = Type.Object({
  revocations: Type.Array(
    Type.Object({
      id: Type.String(),
      revoked: Type.String(),
      by: Type.String(),
      expires: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})

const pageSize = 100

/** A segment that is not empty: `/v1/keystores/` is nothing. */
const keystore = '/keystores/:keystoreId([^/]+)'

/** What is the controller's own. The requests are signed, and invoke no capability. */
export const controllerRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  app.get(
    keystore,
    { schema: { params: KeystoreParams, response: { 200: Description, ...errorReplies } } },
    async request => describe(await describeKeystore(kms, callerOf(request), request.params.keystoreId)),
  )

  app.post(
    keystore,
    {
      config: { once: true },
      schema: { params: KeystoreParams, body: UpdateRequest, response: { 200: Description, ...errorReplies } },
    },
    async request => {
      const command = { ...request.body, keystoreId: request.params.keystoreId }
      return describe(await updateKeystore(kms, callerOf(request), command))
    },
  )

  app.get(
    '/keystores/:keystoreId/zcaps/revocations',
    {
      schema: { params: KeystoreParams, querystring: RevocationQuery, response: { 200: Revocations, ...errorReplies } },
    },
    async request => {
      const { keystoreId } = request.params
      const listed = await listRevocations(kms, callerOf(request), keystoreId, pageSize, request.query.after)
      const revocations = listed.map(({ capabilityId, revokedAt, revokedBy, expires }) => ({
        id: capabilityId,
        revoked: new Date(revokedAt).toISOString(),
        by: revokedBy,
        expires: Number.isFinite(expires) ? new Date(expires).toISOString() : null,
      }))
      return { revocations }
    },
  )

  app.post(
    '/keystores/:keystoreId/zcaps/revocations/:capabilityId',
    {
      config: { once: true },
      schema: { params: RevocationParams, body: Type.Object({}), response: errorReplies },
    },
    async (request, reply) => {
      const { keystoreId, capabilityId } = request.params
      const delegated = readDelegated(request.body)
      const capability = { ...delegated, capabilityHash: sha256Base64Url(writeJson(request.body)) }
      await revokeCapability(kms, callerOf(request), { keystoreId, capabilityId, capability })
      return sendEmpty(reply, callerOf(request))
    },
  )
}

/** Parsing JSON takes any depth, writing it does not. @throws KmsError INVALID_REQUEST */
function writeJson(body: object): string {
  try {
    return JSON.stringify(body)
  } catch (error) {
    throw invalidRequest('body: not a delegated capability', error)
  }
}

function describe(keystore: Keystore) {
  const { url, controller, owner, createdAt, state, lock, edv, jwks, revision, rootCapability } = keystore
  return {
    key_store_url: url,
    controller,
    ...(owner !== undefined && { owner: ownerReply(owner) }),
    created: new Date(createdAt).toISOString(),
    state,
    lock: lock.kind,
    ...(edv !== undefined && { vault_url: edv.vaultUrl }),
    jwks: jwks ?? 'controller',
    revision,
    ...(rootCapability !== undefined && { capability: encodeBase64(deflateCapability(rootCapability)) }),
  }
}

/** As tokens name them (RFC 7519 section 4.1, RFC 9449 section 6.1). */
function ownerReply(owner: TokenOwner) {
  return 'thumbprint' in owner ? { jkt: owner.thumbprint } : { iss: owner.issuer, sub: owner.subject }
}
