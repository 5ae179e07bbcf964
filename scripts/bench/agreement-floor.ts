import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { base64 } from '../http-client.ts'

const text = Type.String()
const PublicKey = Type.Object({ x: text, y: Type.Optional(text), curve: text, type: text })
const WrapRequest = Type.Object({ cek: text, recipient_pub_key: PublicKey })
const Wrapped = Type.Object({ encryptedcek: text, epk: PublicKey, alg: text, apu: text })
const UnwrapRequest = Type.Object({ wrapped_key: Wrapped })

export const agreementCurves = {
  NISTP256ECDHKW: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  NISTP384ECDHKW: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  NISTP521ECDHKW: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  X25519ECDHKW: () => generateKeyPairSync('x25519'),
  X448ECDHKW: () => generateKeyPairSync('x448'),
} as const

/** One agreement to unwrap, and two under a fresh key to wrap as a sender; anonymously everything is wrapped for itself. */
export function agreementFloor(
  make: () => KeyPairKeyObjectResult,
  { keystorePath, keyPath }: { readonly keystorePath: string; readonly keyPath: string },
): FastifyPluginAsyncTypebox {
  const own = make()
  const wrapSchema = { body: WrapRequest, response: { 200: Wrapped } }
  const unwrapSchema = { body: UnwrapRequest, response: { 200: Type.Object({ key: text }) } }
  const wrap = (cek: string, ephemeral: KeyPairKeyObjectResult, secrets: readonly Buffer[]) => {
    const cipher = createCipheriv('id-aes256-wrap', kekOf(secrets), initialValue)
    const encryptedcek = base64(Buffer.concat([cipher.update(Buffer.from(cek, 'base64')), cipher.final()]))
    return { encryptedcek, epk: sentKey(ephemeral.publicKey), alg: 'ECDH-ES+A256KW', apu: '' }
  }
  return async app => {
    app.post(`${keystorePath}/wrap`, { schema: wrapSchema }, async ({ body }) => {
      const ephemeral = make()
      const { privateKey } = ephemeral
      return wrap(body.cek, ephemeral, [diffieHellman({ privateKey, publicKey: own.publicKey })])
    })
    app.post(`${keyPath}/wrap`, { schema: wrapSchema }, async ({ body }) => {
      const ephemeral = make()
      const publicKey = readKey(body.recipient_pub_key)
      const keys = [ephemeral.privateKey, own.privateKey]
      return wrap(
        body.cek,
        ephemeral,
        keys.map(privateKey => diffieHellman({ privateKey, publicKey })),
      )
    })
    app.post(`${keyPath}/unwrap`, { schema: unwrapSchema }, async ({ body }) => {
      const { epk, encryptedcek } = body.wrapped_key
      const kek = kekOf([diffieHellman({ privateKey: own.privateKey, publicKey: readKey(epk) })])
      const decipher = createDecipheriv('id-aes256-wrap', kek, initialValue)
      return { key: base64(decipher.update(Buffer.from(encryptedcek, 'base64'))) }
    })
  }
}

/** A public key as it is sent. */
export function sentKey(key: KeyObject): Static<typeof PublicKey> {
  const { x = '', y, crv = '', kty = '' } = key.export({ format: 'jwk' })
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
