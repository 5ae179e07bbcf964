import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import { type Curve, curves } from './curves.ts'
import { checkPoint, generateEcKey, importEcKey, pointJwk } from './ec-key.ts'
import { type PublicPart, type Signer, type SynchronousKeyType, wrongKeyMaterial } from './key-type.ts'
import { derOfSignature, withLowS } from './low-s.ts'

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
    generate: random => generateEcKey(curve, random),
    importSecret: encoded => importEcKey(curve, encoded),
    publicPart,
    signer(scalar, publicKey) {
      const jwk = { ...pointJwk(curve, publicKey), d: encodeBase64Url(scalar) }
      const key = { key: createPrivateKey({ format: 'jwk', key: jwk }), dsaEncoding }
      if (curve.lowSOrder !== undefined) return lowSSigner(curve.hash, key.key, curve.lowSOrder, dsaEncoding)
      return curve.slow ? slowSigner(curve.hash, key) : { sign: message => sign(curve.hash, message, key) }
    },
    verifier(publicKey) {
      const key = { key: createPublicKey({ format: 'jwk', key: pointJwk(curve, publicKey) }), dsaEncoding }
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
  const { crv, thumbprintCrv = crv } = curve
  return {
    encode: point => Buffer.concat([prefix, point]),
    decode(encoded) {
      const point = encoded.subarray(prefix.length)
      if (Buffer.compare(encoded.subarray(0, prefix.length), prefix) !== 0) throw wrongKeyMaterial()
      checkPoint(curve, point)
      return point
    },
    jwk: point => ({ ...pointJwk(curve, point), crv: thumbprintCrv }),
  }
}
