import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { base64 } from '../http-client.ts'

const text = Type.String()
const PublicKey = Type.Object({ x: text, y: Type.Optional(text), curve: text, type: text })
const WrapRequest = Type.Object({ cek: text, recipient_pub_key: PublicKey })
const Wrapped = Type.Object({ encryptedcek: text, epk: PublicKey, alg: text, apu: text })
const UnwrapRequest = Type.Object({ wrapped_key: Wrapped })

interface AgreementPair {
  readonly publicKey: JsonWebKey
  readonly privateKey: KeyObject
}

/**
 * The public key is a JWK from the beginning. One that is a `KeyObject` must not be exported after what has made it: if that is
 * collected just then, Node.js 20 waits for ever for a lock that it holds (`~KeyGenJob` within `ExportJWK`). Its types do not
 * know of this encoding.
 */
const makePair = generateKeyPairSync as unknown as (type: string, options: object) => AgreementPair
const publicKeyEncoding = { format: 'jwk' }

export const agreementCurves = {
  NISTP256ECDHKW: () => makePair('ec', { namedCurve: 'P-256', publicKeyEncoding }),
  NISTP384ECDHKW: () => makePair('ec', { namedCurve: 'P-384', publicKeyEncoding }),
  NISTP521ECDHKW: () => makePair('ec', { namedCurve: 'P-521', publicKeyEncoding }),
  X25519ECDHKW: () => makePair('x25519', { publicKeyEncoding }),
  X448ECDHKW: () => makePair('x448', { publicKeyEncoding }),
} as const

/** One agreement to unwrap, and two under a fresh key to wrap as a sender; anonymously everything is wrapped for itself. */
export function agreementFloor(
  make: () => AgreementPair,
  { keystorePath, keyPath }: { readonly keystorePath: string; readonly keyPath: string },
): FastifyPluginAsyncTypebox {
  const { privateKey: ownKey } = make()
  const ownPublicKey = createPublicKey(ownKey)
  const wrapSchema = { body: WrapRequest, response: { 200: Wrapped } }
  const unwrapSchema = { body: UnwrapRequest, response: { 200: Type.Object({ key: text }) } }
  const wrap = (cek: string, ephemeral: AgreementPair, secrets: readonly Buffer[]) => {
    const cipher = createCipheriv('id-aes256-wrap', kekOf(secrets), initialValue)
    const encryptedcek = base64(Buffer.concat([cipher.update(Buffer.from(cek, 'base64')), cipher.final()]))
    return { encryptedcek, epk: sentKey(ephemeral.publicKey), alg: 'ECDH-ES+A256KW', apu: '' }
  }
  return async app => {
    app.post(`${keystorePath}/wrap`, { schema: wrapSchema }, async ({ body }) => {
      const ephemeral = make()
      const { privateKey } = ephemeral
      return wrap(body.cek, ephemeral, [diffieHellman({ privateKey, publicKey: ownPublicKey })])
    })
    app.post(`${keyPath}/wrap`, { schema: wrapSchema }, async ({ body }) => {
      const ephemeral = make()
      const publicKey = readKey(body.recipient_pub_key)
      const keys = [ephemeral.privateKey, ownKey]
      return wrap(
        body.cek,
        ephemeral,
        keys.map(privateKey => diffieHellman({ privateKey, publicKey })),
      )
    })
    app.post(`${keyPath}/unwrap`, { schema: unwrapSchema }, async ({ body }) => {
      const { epk, encryptedcek } = body.wrapped_key
      const kek = kekOf([diffieHellman({ privateKey: ownKey, publicKey: readKey(epk) })])
      const decipher = createDecipheriv('id-aes256-wrap', kek, initialValue)
      return { key: base64(decipher.update(Buffer.from(encryptedcek, 'base64'))) }
    })
  }
}

/** A public key as it is sent. */
export function sentKey({ x = '', y, crv = '', kty = '' }: JsonWebKey): Static<typeof PublicKey> {
  const standard = (encoded: string) => base64(Buffer.from(encoded, 'base64url'))
  return { x: standard(x), ...(y !== undefined && { y: standard(y) }), curve: crv, type: kty }
}

function readKey({ x, y, curve, type }: Static<typeof PublicKey>): KeyObject {
  const url = (encoded: string) => Buffer.from(encoded, 'base64').toString('base64url')
  const key = { kty: type, crv: curve, x: url(x), ...(y !== undefined && { y: url(y) }) }
  return createPublicKey({ format: 'jwk', key })
}

const initialValue = Buffer.alloc(8, 0xa6)
/** As long as what is hashed besides the secrets. */
const info = Buffer.alloc(95)

function kekOf(secrets: readonly Buffer[]): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([...secrets, info]))
    .digest()
}
