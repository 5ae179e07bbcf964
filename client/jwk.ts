import { decodeBytes, decodeUrl, encodeBytes, encodeUrl } from './bytes.ts'

/** A public key as JSON (RFC 7517), its numbers and bytes in base64url. */
export interface Jwk {
  readonly kty: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
  readonly pub?: string
  readonly kid?: string
  readonly use?: 'sig' | 'enc'
  readonly alg?: string
}

/** A private or symmetric key as JSON. */
export interface PrivateJwk extends Omit<Jwk, 'use'> {
  readonly d?: string
  readonly k?: string
  readonly p?: string
  readonly q?: string
  readonly dp?: string
  readonly dq?: string
  readonly qi?: string
  readonly priv?: string
  readonly use?: string
  readonly key_ops?: string[]
}

/** A public key as calls that wrap keys carry it: bytes in standard base64. */
export interface SentKey {
  readonly type: string
  readonly curve: string
  readonly x: string
  readonly y?: string
  readonly kid?: string
  readonly d?: string
}

/** @throws TypeError if it is no public key with which keys can be wrapped */
export function sentKeyOf({ kty, crv, x, y, alg, pub, kid, d }: Jwk & { readonly d?: string }): SentKey {
  const curve = pub === undefined ? crv : alg
  const point = pub ?? x
  if (curve === undefined || point === undefined) throw new TypeError('a key that wraps others has a curve and a point')
  const texts = { x: point, ...(y !== undefined && { y }), ...(d !== undefined && { d }) }
  const encoded = Object.entries(texts).map(([name, text]) => [name, encodeBytes(decodeUrl(text))])
  return { type: kty, curve, ...(Object.fromEntries(encoded) as typeof texts), ...(kid !== undefined && { kid }) }
}

export function jwkOf({ type, curve, x, y }: SentKey): Jwk {
  const inUrl = (text: string) => encodeUrl(decodeBytes(text))
  return { kty: type, crv: curve, x: inUrl(x), ...(y !== undefined && { y: inUrl(y) }) }
}
