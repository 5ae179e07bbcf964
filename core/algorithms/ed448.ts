import { createPrivateKey, createPublicKey } from 'node:crypto'
import { ed448 } from '@noble/curves/ed448.js'
import { edwardsKeyType } from './edwards.ts'

/** The DER of a PKCS#8 key (RFC 8410 section 7) up to the seed. */
const pkcs8Prefix = Buffer.from('3047020100300506032b6571043b0439', 'hex')

/** Ed448 (RFC 8032 section 5.2), without a context. */
export const ed448KeyType = edwardsKeyType({
  crv: 'Ed448',
  oid: Buffer.from('06032b6571', 'hex'),
  multicodec: 0x1203,
  size: 57,
  publicKeyOf,
  pointOf: publicKey => ed448.Point.fromBytes(publicKey),
})

/** By OpenSSL: noble is four times as slow here, and computes its tables for 70 ms before the first one. */
function publicKeyOf(seed: Uint8Array): Uint8Array {
  const encoded = Buffer.concat([pkcs8Prefix, seed])
  const key = createPrivateKey({ format: 'der', type: 'pkcs8', key: encoded })
  encoded.fill(0)
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url')
}
