import { encodeMultibase } from '../encoding/multibase.ts'
import { derTag } from './der.ts'
import { derOf } from './der-writer.ts'
import type { PublicPart } from './key-type.ts'

/** A public JWK (RFC 7517 section 4). */
export type PublicJwk = Readonly<Record<string, string>>

/**
 * The forms in which other software knows a public key, by the names under which they are asked for. Undefined if none
 * is registered for keys of its type.
 */
export const publicForms = {
  jwk: publicJwk,
  spki: ({ spki }: PublicPart, publicKey: Uint8Array) => spki?.(publicKey),
  /** Controlled Identifiers 1.0 section 2.2.2 */
  multikey: multikeyOf,
  did_key: (part: PublicPart, publicKey: Uint8Array) => {
    const multikey = multikeyOf(part, publicKey)
    return multikey && `did:key:${multikey}`
  },
} as const

export type PublicFormName = keyof typeof publicForms

export const publicFormNames = Object.keys(publicForms) as PublicFormName[]

export function publicJwk({ jwk, jwkMembers }: PublicPart, publicKey: Uint8Array, kid: string): PublicJwk {
  return { ...jwk(publicKey), ...jwkMembers, kid }
}

/**
 * A SubjectPublicKeyInfo (RFC 5280 section 4.1) in DER.
 *
 * @param algorithm the content of its AlgorithmIdentifier
 */
export function spkiOf(algorithm: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const bits = derOf(derTag.bitString, Uint8Array.of(0), publicKey)
  return derOf(derTag.sequence, derOf(derTag.sequence, algorithm), bits)
}

/**
 * A key behind the number of its kind, a varint of two bytes.
 *
 * @param code from 128 to 16383, of the multicodec table
 */
export function withMulticodec(code: number, key: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of((code & 0x7f) | 0x80, code >> 7), key])
}

function multikeyOf({ multikey }: PublicPart, publicKey: Uint8Array): string | undefined {
  return multikey && encodeMultibase(multikey(publicKey))
}
