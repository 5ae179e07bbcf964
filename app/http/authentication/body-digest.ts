import { hash, timingSafeEqual } from 'node:crypto'
import { type ParsedSignature, type RequestHead, unauthenticated } from '@keyhold/core'
import { hasBody, onlyValue } from './signed-head.ts'

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

/**
 * Parses a `Content-Digest` field (RFC 9530 section 2): one member, `sha-256` or `sha-512`. Undefined if it is anything
 * else: other hashes, and lists of several.
 */
export function parseContentDigest(text: string): BodyDigest | undefined {
  const [, bits, value = ''] = /^sha-(256|512)=:([^:]*):$/.exec(text) ?? []
  return bits === undefined ? undefined : digestOf(`sha${bits as '256' | '512'}`, value)
}

/** The digest that was signed. @throws KmsError UNAUTHENTICATED if there is none, or it is not that of no body */
export function requireDigest(head: RequestHead, digest: BodyDigest | undefined): BodyDigest {
  if (digest === undefined) throw unauthenticated('the digest is not of a form that is known here')
  // Nobody will read a body that does not come, so that its digest is compared here.
  if (!hasBody(head)) checkDigest(digest, new Uint8Array(0))
  return digest
}

/** The digest that a signature or MAC covers, if it does. An empty header, as the reference sends it, is none. */
export function signedDigest(head: RequestHead, { covered }: ParsedSignature): BodyDigest | undefined {
  if (!covered.includes('digest')) return undefined
  return requireDigest(head, parseDigest(onlyValue(head, 'digest') ?? ''))
}

/** Compares the body, as it was received, with what was signed. @throws KmsError UNAUTHENTICATED */
export function checkDigest(digest: BodyDigest, body: Uint8Array): void {
  const actual = hash(digest.algorithm, body, 'buffer')
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
