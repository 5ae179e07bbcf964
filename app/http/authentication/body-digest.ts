import { createHash, timingSafeEqual } from 'node:crypto'
import { unauthenticated } from '@keyhold/core'

/** The digest of a body that its signer has signed. */
export interface BodyDigest {
  readonly algorithm: 'sha256' | 'sha512'
  readonly bytes: Uint8Array
}

const lengths = { sha256: 32, sha512: 64 } as const

/** The multihash prefix of SHA-256: code 0x12, length 32. */
const sha256Multihash = Buffer.from([0x12, 0x20])

/**
 * Parses a `Digest` header (RFC 3230): `SHA-256=` or `SHA-512=` and standard base64, or `mh=` and a multibase
 * (base64url) multihash of SHA-256. Undefined if it is anything else: weaker hashes, and lists of several.
 */
export function parseDigest(text: string): BodyDigest | undefined {
  const [, name = '', value = ''] = /^([A-Za-z0-9-]+)=(.+)$/.exec(text) ?? []
  switch (name.toUpperCase()) {
    case 'SHA-256':
      return digestOf('sha256', value)
    case 'SHA-512':
      return digestOf('sha512', value)
    case 'MH':
      return parseMultihash(value)
    default:
      return undefined
  }
}

/** Compares the body, as it was received, with what was signed. @throws KmsError UNAUTHENTICATED */
export function checkDigest(digest: BodyDigest, body: Uint8Array): void {
  const actual = createHash(digest.algorithm).update(body).digest()
  if (!timingSafeEqual(actual, digest.bytes)) throw unauthenticated('the body is not the one that was signed')
}

function parseMultihash(value: string): BodyDigest | undefined {
  if (!value.startsWith('u')) return undefined
  const bytes = Buffer.from(value.slice(1), 'base64url')
  const isSha256 = bytes.subarray(0, 2).equals(sha256Multihash) && bytes.toString('base64url') === value.slice(1)
  return isSha256 && bytes.length === 34 ? { algorithm: 'sha256', bytes: bytes.subarray(2) } : undefined
}

function digestOf(algorithm: BodyDigest['algorithm'], value: string): BodyDigest | undefined {
  const bytes = Buffer.from(value, 'base64')
  const isCanonical = bytes.toString('base64') === value && bytes.length === lengths[algorithm]
  return isCanonical ? { algorithm, bytes } : undefined
}
