import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import type { KeyTypeName } from '@keyhold/core'
import { multiKeyId } from '@keyhold/scripts/crash/outside-multi.js'

/** A signature key that was made elsewhere, and what it does there: the oracle for ours. */
export interface ForeignKey {
  readonly pkcs8: Buffer
  /** As `public_key` carries it. */
  readonly publicKey: Buffer
  sign(message: Uint8Array): Buffer
}

type Format =
  | { readonly curve: 'ed25519' }
  | { readonly curve: string; readonly hash: string; readonly encoding: 'der' | 'ieee-p1363' }

const hashes: Readonly<Record<string, string>> = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' }

function formatOf(type: KeyTypeName): Format {
  if (type === 'ED25519') return { curve: 'ed25519' }
  const [, size, encoding] = /^ECDSAP(\d{3})(DER|IEEEP1363)$/.exec(type) ?? []
  const curve = `P-${size}`
  const hash = hashes[curve]
  if (hash === undefined) throw new Error(`no foreign implementation of ${type} is known to this test`)
  return { curve, hash, encoding: encoding === 'DER' ? 'der' : 'ieee-p1363' }
}

export function foreignSignatureKey(type: KeyTypeName): ForeignKey {
  const format = formatOf(type)
  const { privateKey, publicKey } =
    'hash' in format ? generateKeyPairSync('ec', { namedCurve: format.curve }) : generateKeyPairSync('ed25519')
  return {
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    publicKey: wireForm(format, publicKey),
    sign: message =>
      'hash' in format
        ? sign(format.hash, message, { key: privateKey, dsaEncoding: format.encoding })
        : sign(null, message, privateKey),
  }
}

/** Whether a public key in its wire form verifies a signature, according to OpenSSL. */
export function foreignVerify(type: KeyTypeName, publicKey: Buffer, message: Uint8Array, signature: Buffer): boolean {
  const format = formatOf(type)
  const key = readWireForm(format, publicKey)
  return 'hash' in format
    ? verify(format.hash, message, { key, dsaEncoding: format.encoding }, signature)
    : verify(null, message, key, signature)
}

/** The JWK thumbprint (RFC 7638) of a public key in its wire form. */
export function foreignThumbprint(type: KeyTypeName, publicKey: Buffer): string {
  if (type.startsWith('BLS12381')) return multiKeyId(publicKey)
  const { crv, kty, x, y } = readWireForm(formatOf(type), publicKey).export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

function wireForm(format: Format, key: KeyObject): Buffer {
  if ('hash' in format && format.encoding === 'der') return key.export({ format: 'der', type: 'spki' })
  const { x = '', y } = key.export({ format: 'jwk' })
  const point = [x, y ?? ''].map(coordinate => Buffer.from(coordinate, 'base64url'))
  return y === undefined ? Buffer.concat(point) : Buffer.concat([Buffer.of(4), ...point])
}

function readWireForm(format: Format, bytes: Buffer): KeyObject {
  if (!('hash' in format)) {
    const key = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }
    return createPublicKey({ format: 'jwk', key })
  }
  if (format.encoding === 'der') return createPublicKey({ format: 'der', type: 'spki', key: bytes })
  const size = (bytes.length - 1) / 2
  const [x, y] = [bytes.subarray(1, 1 + size), bytes.subarray(1 + size)].map(part => part.toString('base64url'))
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: format.curve, x: x ?? '', y: y ?? '' } })
}
