import { DerReader, derTag, readOnly } from '@keyhold/core/wire'
import { concatBytes } from '@noble/hashes/utils.js'
import { decodeUrl } from './bytes.ts'
import type { Jwk } from './jwk.ts'
import type { Key } from './key.ts'
import type { CallOptions } from './transport.ts'

/** What a `CryptoKey` says of its algorithm, by the names of WebCrypto where it has them. */
export interface SigningAlgorithm {
  readonly name: string
  readonly namedCurve?: string
  readonly hash?: { readonly name: string }
  readonly modulusLength?: number
  readonly publicExponent?: Uint8Array
}

/**
 * A key of the service as a `CryptoKey` describes keys, which signs as `crypto.subtle.sign` would: ECDSA signatures are
 * r‖s, whatever the type of the key is.
 */
export interface SigningKey {
  readonly type: 'private'
  readonly extractable: false
  readonly usages: readonly ['sign']
  readonly algorithm: SigningAlgorithm
  /** The algorithm as JWS names it. */
  readonly alg: string
  readonly kid: string
  sign(data: Uint8Array, options?: CallOptions): Promise<Uint8Array>
}

/** The curves of ECDSA: as JWS calls the algorithm, its hash, and the bytes of a coordinate. */
const curves: Readonly<Record<string, { readonly alg: string; readonly hash: string; readonly size: number }>> = {
  'P-256': { alg: 'ES256', hash: 'SHA-256', size: 32 },
  'P-384': { alg: 'ES384', hash: 'SHA-384', size: 48 },
  'P-521': { alg: 'ES512', hash: 'SHA-512', size: 66 },
  secp256k1: { alg: 'ES256K', hash: 'SHA-256', size: 32 },
}

const rsa: Readonly<Record<string, string>> = { RS256: 'RSASSA-PKCS1-v1_5', PS256: 'RSA-PSS' }

/**
 * What a key signs with, as its exported JWK says: capabilities need the action `exportKey` for it.
 *
 * @throws TypeError if JWS has no algorithm for such keys
 */
export async function signingKey(key: Key, options?: CallOptions): Promise<SigningKey> {
  const jwk = await key.export('jwk', options)
  const described = describe(jwk)
  if (described === undefined || jwk.use !== 'sig') throw new TypeError('JWS has no algorithm for keys of this type')
  const { alg, algorithm, read = (signature: Uint8Array) => signature } = described
  return {
    type: 'private',
    extractable: false,
    usages: ['sign'],
    algorithm,
    alg,
    kid: jwk.kid ?? key.id,
    sign: async (data, options) => read(await key.sign(data, options)),
  }
}

interface Described {
  readonly alg: string
  readonly algorithm: SigningAlgorithm
  /** Reads what the service answers, if that is not what JWS has. */
  readonly read?: (signature: Uint8Array) => Uint8Array
}

function describe({ kty, crv = '', alg, n, e }: Jwk): Described | undefined {
  const curve = curves[crv]
  // RFC 8037: one name for both curves, which more software knows than those of RFC 9864.
  if (kty === 'OKP' && /^Ed(25519|448)$/.test(crv)) return { alg: 'EdDSA', algorithm: { name: crv } }
  if (kty === 'EC' && curve !== undefined) {
    const algorithm = { name: 'ECDSA', namedCurve: crv, hash: { name: curve.hash } }
    // A key whose JWK names no algorithm signs in DER, which no JWS has.
    return { alg: curve.alg, algorithm, ...(alg === undefined && { read: bytes => fromDer(bytes, curve.size) }) }
  }
  const name = kty === 'RSA' ? rsa[alg ?? ''] : undefined
  if (alg !== undefined && name !== undefined && n !== undefined && e !== undefined) {
    const modulusLength = decodeUrl(n).length * 8
    return { alg, algorithm: { name, hash: { name: 'SHA-256' }, modulusLength, publicExponent: decodeUrl(e) } }
  }
  return kty === 'AKP' && alg !== undefined ? { alg, algorithm: { name: alg } } : undefined
}

/** The two numbers of a signature in DER (RFC 3279 section 2.2.3), each as wide as the curve. */
function fromDer(signature: Uint8Array, size: number): Uint8Array {
  const numbers = new DerReader(readOnly(signature, derTag.sequence))
  const both = [numbers.read(derTag.integer), numbers.read(derTag.integer)].map(number => fixedWidth(number, size))
  numbers.end()
  return concatBytes(...both)
}

function fixedWidth(number: Uint8Array, size: number): Uint8Array {
  const digits = number[0] === 0 ? number.subarray(1) : number
  return concatBytes(new Uint8Array(size - digits.length), digits)
}
