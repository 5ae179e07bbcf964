import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { encodeBase64Url } from '../encoding/base64.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { ed25519Box } from './crypto-box.ts'
import { type KeyMaterial, type KeyType, type PublicPart, wrongKeyMaterial } from './key-type.ts'
import { readEd25519Pkcs8 } from './pkcs8.ts'

const publicPart: PublicPart = {
  encode: publicKey => publicKey,
  decode(encoded) {
    if (encoded.length !== 32) throw wrongKeyMaterial()
    // RFC 8032 section 5.1.3 decoding, and no point of small order: such a key verifies signatures that nobody made.
    let point: InstanceType<typeof ed25519.Point>
    try {
      point = ed25519.Point.fromBytes(encoded)
    } catch (cause) {
      throw wrongKeyMaterial(cause)
    }
    if (point.isSmallOrder()) throw wrongKeyMaterial()
    return encoded
  },
  jwk: publicKey => ({ crv: 'Ed25519', kty: 'OKP', x: encodeBase64Url(publicKey) }),
}

/** RFC 8032 Ed25519 (pure). The secret is the 32-byte seed, the public form on the wire the raw 32 bytes. */
export const ed25519KeyType: KeyType & Required<Pick<KeyType, 'publicPart' | 'signer' | 'verifier'>> = {
  family: 'signature',
  generate: random => fromSeed(random(32)),
  importSecret(encoded) {
    const { secret, publicKey } = readEd25519Pkcs8(encoded)
    if (secret.length !== 32) throw wrongKeyMaterial()
    const material = fromSeed(Uint8Array.from(secret))
    if (publicKey !== undefined && Buffer.compare(publicKey, material.publicKey) !== 0) throw wrongKeyMaterial()
    return material
  },
  publicPart,
  signer(seed, publicKey) {
    // A JWK is imported twelve times as fast as PKCS#8, and Node takes no raw private key. See SECURITY.md.
    const jwk = { ...publicPart.jwk(publicKey), d: encodeBase64Url(seed) }
    const key = createPrivateKey({ format: 'jwk', key: jwk })
    return { sign: message => sign(null, message, key) }
  },
  box: seed => ed25519Box(seed),
  verifier(publicKey) {
    const key = createPublicKey({ format: 'jwk', key: publicPart.jwk(publicKey) })
    return { verify: (signature, message) => signature.length === 64 && verify(null, message, key, signature) }
  },
}

/** The key of a seed, of which it takes ownership. */
export function fromSeed(seed: Uint8Array): Required<KeyMaterial> {
  return { publicKey: ed25519PublicKey(seed), secret: new SecretBytes(seed) }
}

export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed)
}
