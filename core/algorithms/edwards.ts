import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import type { KeyMaterial, SynchronousKeyType, SynchronousPublicPart } from './key-type.ts'
import { withOwnPublicKey } from './own-public-key.ts'
import { type PrivateKey, readOkpPkcs8 } from './pkcs8.ts'
import { spkiOf, withMulticodec } from './public-forms.ts'
import { type JwkPurpose, readOkpJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

/** A curve of RFC 8032. */
export interface EdwardsCurve {
  /** RFC 8037 section 2 */
  readonly crv: 'Ed25519' | 'Ed448'
  /** RFC 8410 section 3, in DER. */
  readonly oid: Uint8Array
  readonly multicodec: number
  /** Bytes of a seed and of a public key. */
  readonly size: number
  readonly publicKeyOf: (seed: Uint8Array) => Uint8Array
  /** Decodes a public key (RFC 8032 sections 5.1.3 and 5.2.3). @throws Error if it is not a point in its one form */
  readonly pointOf: (publicKey: Uint8Array) => { isSmallOrder(): boolean }
}

export interface EdwardsKeyType extends SynchronousKeyType {
  readonly publicPart: SynchronousPublicPart
  readonly signer: (seed: Uint8Array, publicKey: Uint8Array) => { sign(message: Uint8Array): Uint8Array }
  readonly verifier: (publicKey: Uint8Array) => { verify(signature: Uint8Array, message: Uint8Array): boolean }
}

/** EdDSA (RFC 8032, pure) by OpenSSL. The secret is the seed; the public form on the wire is the raw public key. */
export function edwardsKeyType(curve: EdwardsCurve): EdwardsKeyType {
  const { crv, oid, multicodec, size } = curve
  const publicPart: SynchronousPublicPart = {
    encode: publicKey => publicKey,
    decode(encoded) {
      if (encoded.length !== size) throw wrongKeyMaterial()
      let point: { isSmallOrder(): boolean }
      try {
        point = curve.pointOf(encoded)
      } catch (cause) {
        throw wrongKeyMaterial(cause)
      }
      // A key of small order verifies signatures that nobody made.
      if (point.isSmallOrder()) throw wrongKeyMaterial()
      return encoded
    },
    jwk: publicKey => ({ crv, kty: 'OKP', x: encodeBase64Url(publicKey) }),
    // No `alg`: half of the world calls it EdDSA (RFC 8037), the other half by the curve (RFC 9864).
    jwkMembers: { use: 'sig' },
    spki: publicKey => spkiOf(oid, publicKey),
    multikey: publicKey => withMulticodec(multicodec, publicKey),
  }
  /** Takes ownership of the seed. */
  const fromSeed = (seed: Uint8Array): Required<KeyMaterial> => {
    return { publicKey: curve.publicKeyOf(seed), secret: new SecretBytes(seed) }
  }
  const fromPrivateKey = ({ secret, publicKey }: PrivateKey): Required<KeyMaterial> => {
    if (secret.length !== size) throw wrongKeyMaterial()
    return withOwnPublicKey(fromSeed(Uint8Array.from(secret)), publicKey)
  }
  // RFC 8037 section 3.1, RFC 9864 section 2.2
  const purpose: JwkPurpose = { kty: 'OKP', crv, use: 'sig', algorithms: ['EdDSA', crv], operations: ['sign'] }
  return {
    family: 'signature',
    generate: random => fromSeed(random(size)),
    importSecret: encoded => fromPrivateKey(readOkpPkcs8(encoded, oid)),
    importJwk: jwk => fromPrivateKey(readOkpJwk(jwk, purpose)),
    publicPart,
    signer(seed, publicKey) {
      // A JWK is imported twelve times as fast as PKCS#8, and Node takes no raw private key. See SECURITY.md.
      const jwk = { ...publicPart.jwk(publicKey), d: encodeBase64Url(seed) }
      const key = createPrivateKey({ format: 'jwk', key: jwk })
      return { sign: message => sign(null, message, key) }
    },
    verifier(publicKey) {
      const key = createPublicKey({ format: 'jwk', key: publicPart.jwk(publicKey) })
      return { verify: (signature, message) => signature.length === 2 * size && verify(null, message, key, signature) }
    },
  }
}
