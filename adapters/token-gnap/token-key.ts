import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import type { PublicJwk } from '@keyhold/core'

/** A public key by which the requests that use a token are signed. */
export interface TokenKey {
  /** What the server calls it, if it does. */
  readonly id: string | undefined
  /** Its algorithm, as a message signature (RFC 9421 section 6.2.2) would name it. */
  readonly algorithm: string
  verify(text: Uint8Array, signature: Uint8Array): boolean
}

/** What a key of a curve signs with: the key decides, whatever the message says. */
const kinds: Readonly<Record<string, { algorithm: string; jwa: string; hash: string | null }>> = {
  'EC P-256': { algorithm: 'ecdsa-p256-sha256', jwa: 'ES256', hash: 'sha256' },
  'EC P-384': { algorithm: 'ecdsa-p384-sha384', jwa: 'ES384', hash: 'sha384' },
  'OKP Ed25519': { algorithm: 'ed25519', jwa: 'EdDSA', hash: null },
}

const imported = new WeakMap<PublicJwk, TokenKey>()

/** Undefined if it is no valid public key of a kind that is known. Imported once for as long as the JWK is held. */
export function tokenKey(jwk: PublicJwk): TokenKey | undefined {
  const known = imported.get(jwk)
  if (known !== undefined) return known
  const { kty, crv, kid, alg } = jwk
  const name = `${kty} ${crv}`
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  const key = kind && importKey(jwk)
  // RFC 9864 names the curve, where RFC 8037 names the family.
  const isMeant = alg === undefined || alg === kind?.jwa || (alg === 'Ed25519' && crv === 'Ed25519')
  if (kind === undefined || key === undefined || !isMeant) return undefined
  const made: TokenKey = {
    id: typeof kid === 'string' && kid !== '' ? kid : undefined,
    algorithm: kind.algorithm,
    verify: (text, signature) => verify(kind.hash, text, { key, dsaEncoding: 'ieee-p1363' }, signature),
  }
  imported.set(jwk, made)
  return made
}

function importKey({ kty, crv, x, y }: PublicJwk): KeyObject | undefined {
  try {
    // Whatever is no text the import refuses.
    return createPublicKey({ key: { kty, crv, x, y } as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}
