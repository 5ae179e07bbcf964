import { createECDH, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type Curve, curves } from './curves.ts'
import {
  type KeyMaterial,
  type PublicPart,
  type Signer,
  type SynchronousKeyType,
  wrongKeyMaterial,
} from './key-type.ts'
import { derOfSignature, withLowS } from './low-s.ts'
import { readEcPkcs8 } from './pkcs8.ts'

/**
 * ECDSA with the hash of the curve's size (FIPS 186-5, P-384 with SHA-384, P-521 with SHA-512; RFC 8812 for secp256k1).
 * Signatures are ASN.1 DER or r‖s of fixed length. A high s is never refused, and avoided on secp256k1 alone, whose
 * verifiers often refuse it. The secret is the scalar in big-endian bytes of the curve's size. The public form on the
 * wire follows the encoding: SubjectPublicKeyInfo DER with `der`, the uncompressed point with `ieee-p1363`.
 */
export function ecdsaKeyType(name: keyof typeof curves, dsaEncoding: 'der' | 'ieee-p1363'): SynchronousKeyType {
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
      const jwk = { ...importableJwk(curve, publicKey), d: encodeBase64Url(scalar) }
      const key = { key: createPrivateKey({ format: 'jwk', key: jwk }), dsaEncoding }
      if (curve.lowSOrder !== undefined) return lowSSigner(curve.hash, key.key, curve.lowSOrder, dsaEncoding)
      return curve.slow ? slowSigner(curve.hash, key) : { sign: message => sign(curve.hash, message, key) }
    },
    verifier(publicKey) {
      const key = { key: createPublicKey({ format: 'jwk', key: importableJwk(curve, publicKey) }), dsaEncoding }
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

/** OpenSSL takes either s as it comes. */
function lowSSigner(hash: string, key: KeyObject, order: bigint, dsaEncoding: 'der' | 'ieee-p1363'): Signer {
  const encode = dsaEncoding === 'der' ? derOfSignature : (signature: Uint8Array) => signature
  return { sign: message => encode(withLowS(sign(hash, message, { key, dsaEncoding: 'ieee-p1363' }), order)) }
}

function publicPartOf(curve: Curve, prefix: Uint8Array): PublicPart {
  const { crv, thumbprintCrv = crv, size } = curve
  return {
    encode: point => Buffer.concat([prefix, point]),
    decode(encoded) {
      const point = encoded.subarray(prefix.length)
      const framed = Buffer.compare(encoded.subarray(0, prefix.length), prefix) === 0
      if (!framed || point.length !== 1 + 2 * size || point[0] !== 0x04) throw wrongKeyMaterial()
      try {
        // Refuses a point that is not on the curve (SEC 1 section 3.2.2.1).
        createPublicKey({ format: 'jwk', key: importableJwk(curve, point) })
      } catch (cause) {
        throw wrongKeyMaterial(cause)
      }
      return point
    },
    jwk: point => ({ ...importableJwk(curve, point), crv: thumbprintCrv }),
  }
}

/** A public key as Node imports it, with its members in the order of a thumbprint. */
function importableJwk({ crv, size }: Curve, point: Uint8Array) {
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)]
  return { crv, kty: 'EC', x: encodeBase64Url(x), y: encodeBase64Url(y) }
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
