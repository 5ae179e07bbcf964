import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { KeyTypeName } from '@keyhold/core'

/** A public key as callers send it in `recipient_pub_key`, `sender_pub_key` and `epk`. */
export interface SentKey {
  readonly kid?: string
  readonly x: string
  readonly y?: string
  readonly curve: string
  readonly type: string
}

/** A key that agrees on secrets and was made elsewhere. */
export interface ForeignAgreementKey {
  readonly pkcs8: Buffer
  /** With coordinates of full length, as others may write them. */
  readonly sent: SentKey
  readonly privateKey: KeyObject
}

export function foreignAgreementKey(type: KeyTypeName): ForeignAgreementKey {
  const { privateKey, publicKey } = newPair(type)
  const { x = '', y, crv = '', kty = '' } = publicKey.export({ format: 'jwk' })
  const standard = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  const sent = { x: standard(x), ...(y !== undefined && { y: standard(y) }), curve: crv, type: kty }
  return { pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }), sent, privateKey }
}

function newPair(type: KeyTypeName) {
  if (type === 'X25519ECDHKW') return generateKeyPairSync('x25519')
  if (type === 'X448ECDHKW') return generateKeyPairSync('x448')
  const [, size] = /^NISTP(\d{3})ECDHKW$/.exec(type) ?? []
  if (size === undefined) throw new Error(`no foreign implementation of ${type} is known`)
  return generateKeyPairSync('ec', { namedCurve: `P-${size}` })
}

/** Of a public key as it is sent or exported. */
export function foreignPublicKey({ x, y, curve, type }: SentKey): KeyObject {
  const crv = curve.replace('NIST_P', 'P-')
  const size = { 'P-256': 32, 'P-384': 48, 'P-521': 66, X448: 56 }[crv] ?? 32
  const padded = (text: string) =>
    Buffer.from(text, 'base64')
      .toString('hex')
      .padStart(2 * size, '0')
  const url = (text: string) => Buffer.from(padded(text), 'hex').toString('base64url')
  const key = { kty: type, crv, x: url(x), ...(y !== undefined && { y: url(y) }) }
  return createPublicKey({ format: 'jwk', key })
}

/** The JWK thumbprint (RFC 7638) of a public key in its export form. */
export function foreignAgreementThumbprint(exported: Uint8Array): string {
  const { crv, kty, x, y } = foreignPublicKey(JSON.parse(Buffer.from(exported).toString())).export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

/** The KEK of a JWE (RFC 7518 section 4.6.2), according to OpenSSL. */
export function foreignKek(
  privateKey: KeyObject,
  publicKey: KeyObject,
  info: { readonly alg: string; readonly apu: Uint8Array; readonly apv: Uint8Array },
): Buffer {
  const parts = [Buffer.from(info.alg), info.apu, info.apv].flatMap(part => [uint32(part.length), part])
  const input = [uint32(1), diffieHellman({ privateKey, publicKey }), ...parts, uint32(256)]
  return createHash('sha256').update(Buffer.concat(input)).digest()
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
