import { decodeBase64Url, jwkByteMembers, type SecretJwk } from '@keyhold/core'
import { type Static, Type } from '@sinclair/typebox'

const Text = Type.Optional(Type.String())

/** RFC 7517 section 4; members that are not understood are ignored, as it demands. */
const Jwk = Type.Object({
  kty: Type.String(),
  crv: Text,
  kid: Text,
  alg: Text,
  use: Text,
  key_ops: Type.Optional(Type.Array(Type.String())),
  ...(Object.fromEntries(jwkByteMembers.map(name => [name, Text])) as Record<keyof SecretJwk['bytes'], typeof Text>),
})

export const OptionalJwk = Type.Optional(Type.Union([Jwk, Type.Null()]))

/** @throws KmsError INVALID_REQUEST */
export function secretJwkOf(jwk: Static<typeof Jwk>): SecretJwk {
  const { kty, crv, alg, use, key_ops: keyOps } = jwk
  const bytes = jwkByteMembers.flatMap(name => {
    const text = jwk[name]
    return text === undefined ? [] : [[name, decodeBase64Url(text, `jwk.${name}`)] as const]
  })
  return {
    kty,
    ...(crv !== undefined && { crv }),
    ...(alg !== undefined && { alg }),
    ...(use !== undefined && { use }),
    ...(keyOps !== undefined && { keyOps }),
    bytes: Object.fromEntries(bytes),
  }
}
