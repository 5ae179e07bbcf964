import { createECDH, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { encodeBase64Url } from '../encoding/base64.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type KeyMaterial, type KeyType, type PublicPart, type Signer, wrongKeyMaterial } from './key-type.ts'
import { readEcPkcs8 } from './pkcs8.ts'

interface Curve {
  /** RFC 7518 section 6.2.1.1 */
  readonly crv: string
  /** OpenSSL's name, for ECDH objects. */
  readonly namedCurve: string
  /** RFC 5480 section 2.1.1.1, in DER. */
  readonly oid: Uint8Array
  readonly hash: string
  /** Bytes of a coordinate and of a scalar. */
  readonly size: number
  /** The DER of a SubjectPublicKeyInfo (RFC 5480 section 2) up to the uncompressed point. */
  readonly spkiPrefix: Uint8Array
  /** A uniform scalar in 1…n-1 (FIPS 186-5 appendix A.2.1, extra random bits) from `seedLength` random bytes. */
  readonly scalar: (seed: Uint8Array) => Uint8Array
  readonly seedLength: number
  /** OpenSSL signs with P-384 and P-521 in a millisecond or more: then off the event loop. */
  readonly slow: boolean
}

const curves = {
  'P-256': {
    crv: 'P-256',
    namedCurve: 'prime256v1',
    oid: Buffer.from('06082a8648ce3d030107', 'hex'),
    hash: 'sha256',
    size: 32,
    spkiPrefix: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
    scalar: seed => p256.utils.randomSecretKey(seed),
    seedLength: p256.lengths.seed ?? 48,
    slow: false,
  },
  'P-384': {
    crv: 'P-384',
    namedCurve: 'secp384r1',
    oid: Buffer.from('06052b81040022', 'hex'),
    hash: 'sha384',
    size: 48,
    spkiPrefix: Buffer.from('3076301006072a8648ce3d020106052b81040022036200', 'hex'),
    scalar: seed => p384.utils.randomSecretKey(seed),
    seedLength: p384.lengths.seed ?? 72,
    slow: true,
  },
  'P-521': {
    crv: 'P-521',
    namedCurve: 'secp521r1',
    oid: Buffer.from('06052b81040023', 'hex'),
    hash: 'sha512',
    size: 66,
    spkiPrefix: Buffer.from('30819b301006072a8648ce3d020106052b8104002303818600', 'hex'),
    scalar: seed => p521.utils.randomSecretKey(seed),
    seedLength: p521.lengths.seed ?? 99,
    slow: true,
  },
} as const satisfies Record<string, Curve>

/**
 * ECDSA over a NIST curve with the hash of the curve's size (FIPS 186-5, P-384 with SHA-384, P-521 with SHA-512).
 * Signatures are ASN.1 DER or r‖s of fixed length; high-S is neither avoided nor refused. The secret is the scalar in
 * big-endian bytes of the curve's size. The public form on the wire follows the encoding: SubjectPublicKeyInfo DER
 * with `der`, the uncompressed point with `ieee-p1363`.
 */
export function ecdsaKeyType(name: keyof typeof curves, dsaEncoding: 'der' | 'ieee-p1363'): KeyType {
  const curve: Curve = curves[name]
  const publicPart = publicPartOf(curve, dsaEncoding === 'der' ? curve.spkiPrefix : new Uint8Array(0))
  const fitsEncoding = (signature: Uint8Array) => dsaEncoding === 'der' || signature.length === 2 * curve.size
  return {
    family: 'signature',
    generate(random) {
      const seed = random(curve.seedLength)
      const material = fromScalar(curve, curve.scalar(seed))
      seed.fill(0)
      return material
    },
    importSecret(encoded) {
      const { secret, publicKey } = readEcPkcs8(encoded, curve.oid)
      const material = fromScalar(curve, fitted(secret, curve.size))
      // The public point that the caller sent along must be this scalar's.
      if (publicKey !== undefined && Buffer.compare(publicKey, material.publicKey) !== 0) throw wrongKeyMaterial()
      return material
    },
    publicPart,
    signer(scalar, publicKey) {
      const jwk = { ...publicPart.jwk(publicKey), d: encodeBase64Url(scalar) }
      const key = { key: createPrivateKey({ format: 'jwk', key: jwk }), dsaEncoding }
      return curve.slow ? slowSigner(curve.hash, key) : { sign: message => sign(curve.hash, message, key) }
    },
    verifier(publicKey) {
      const key = { key: createPublicKey({ format: 'jwk', key: publicPart.jwk(publicKey) }), dsaEncoding }
      if (!curve.slow) {
        return {
          verify: (signature, message) => fitsEncoding(signature) && verify(curve.hash, message, key, signature),
        }
      }
      return {
        verify: async (signature, message) =>
          fitsEncoding(signature) &&
          (await new Promise<boolean>((resolve, reject) =>
            verify(curve.hash, message, key, signature, (error, valid) => (error ? reject(error) : resolve(valid))),
          )),
      }
    },
  }
}

function slowSigner(hash: string, key: Parameters<typeof sign>[2]): Signer {
  return {
    sign: message =>
      new Promise((resolve, reject) =>
        sign(hash, message, key, (error, signature) => (error ? reject(error) : resolve(signature))),
      ),
  }
}

function publicPartOf(curve: Curve, prefix: Uint8Array): PublicPart {
  const { crv, size } = curve
  const publicPart: PublicPart = {
    encode: point => Buffer.concat([prefix, point]),
    decode(encoded) {
      const point = encoded.subarray(prefix.length)
      const framed = Buffer.compare(encoded.subarray(0, prefix.length), prefix) === 0
      if (!framed || point.length !== 1 + 2 * size || point[0] !== 0x04) throw wrongKeyMaterial()
      try {
        // Refuses a point that is not on the curve (SEC 1 section 3.2.2.1).
        createPublicKey({ format: 'jwk', key: publicPart.jwk(point) })
      } catch (cause) {
        throw wrongKeyMaterial(cause)
      }
      return point
    },
    jwk: point => ({
      crv,
      kty: 'EC',
      x: encodeBase64Url(point.subarray(1, 1 + size)),
      y: encodeBase64Url(point.subarray(1 + size)),
    }),
  }
  return publicPart
}

/** A copy of a big-endian number in `size` bytes: RFC 5915 asks for that length, but not every encoder keeps to it. */
function fitted(number: Uint8Array, size: number): Uint8Array {
  const start = number.findIndex(byte => byte !== 0)
  const significant = start === -1 ? number.subarray(number.length) : number.subarray(start)
  if (significant.length > size) throw wrongKeyMaterial()
  const copy = new Uint8Array(size)
  copy.set(significant, size - significant.length)
  return copy
}

function fromScalar(curve: Curve, scalar: Uint8Array): Required<KeyMaterial> {
  const ecdh = createECDH(curve.namedCurve)
  try {
    // Refuses 0 and everything from the group's order up.
    ecdh.setPrivateKey(scalar)
  } catch (cause) {
    throw wrongKeyMaterial(cause)
  }
  return { secret: new SecretBytes(scalar), publicKey: ecdh.getPublicKey() }
}
