import { type KeyObject, sign, verify } from 'node:crypto'
import { type Curve, curves } from './curves.ts'
import { checkPoint, ecMultikey, generateEcKey, importEcJwk, importEcKey } from './ec-key.ts'
import { ecPrivateKeyObject, ecPublicKeyObject, ecSpki, pointJwk } from './ec-key-object.ts'
import type { KeyType, Signer, SynchronousPublicPart, Verifier } from './key-type.ts'
import { derOfSignature, withLowS } from './low-s.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

export interface EcdsaKeyType extends KeyType {
  readonly publicPart: SynchronousPublicPart
  readonly signer: (scalar: Uint8Array, publicKey: Uint8Array) => Signer
  readonly verifier: (publicKey: Uint8Array) => Verifier
}

/**
 * ECDSA with the hash of the curve's size (FIPS 186-5, P-384 with SHA-384, P-521 with SHA-512; RFC 8812 for secp256k1).
 * Signatures are ASN.1 DER or r‖s of fixed length. A high s is never refused, and avoided on secp256k1 alone, whose
 * verifiers often refuse it. The secret is the scalar in big-endian bytes of the curve's size. The public form on the
 * wire follows the encoding: SubjectPublicKeyInfo DER with `der`, the uncompressed point with `ieee-p1363`.
 */
export function ecdsaKeyType(name: keyof typeof curves, dsaEncoding: 'der' | 'ieee-p1363'): EcdsaKeyType {
  const curve: Curve = curves[name]
  const publicPart = dsaEncoding === 'der' ? spkiPart(curve) : pointPart(curve)
  const fitsEncoding = (signature: Uint8Array) => dsaEncoding === 'der' || signature.length === 2 * curve.size
  const purpose = { use: 'sig', algorithms: [curve.jwsAlgorithm], operations: ['sign'] } as const
  return {
    family: 'signature',
    generate: (random, _attributes, computation) => generateEcKey(curve, random, computation),
    importSecret: (encoded, _random, computation) => importEcKey(curve, encoded, computation),
    importJwk: (jwk, _random, computation) => importEcJwk(curve, jwk, purpose, computation),
    publicPart,
    signer(scalar, publicKey) {
      const key = { key: ecPrivateKeyObject(curve, scalar, publicKey), dsaEncoding }
      if (curve.lowSOrder !== undefined) return lowSSigner(curve.hash, key.key, curve.lowSOrder, dsaEncoding)
      return curve.slow ? slowSigner(curve.hash, key) : { sign: message => sign(curve.hash, message, key) }
    },
    verifier(publicKey) {
      const key = { key: ecPublicKeyObject(curve, publicKey), dsaEncoding }
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

function pointPart(curve: Curve): SynchronousPublicPart {
  const { crv, thumbprintCrv = crv, jwsAlgorithm } = curve
  return {
    encode: point => point,
    decode(point) {
      checkPoint(curve, point)
      return point
    },
    jwk: point => ({ ...pointJwk(curve, point), crv: thumbprintCrv }),
    jwkMembers: { crv, use: 'sig', alg: jwsAlgorithm },
    spki: point => ecSpki(curve, point),
    multikey: point => ecMultikey(curve, point),
  }
}

/** Of keys whose signatures are DER, which no JWS has: a JWK of them names no algorithm. */
function spkiPart(curve: Curve): SynchronousPublicPart {
  const part = pointPart(curve)
  const pointLength = 1 + 2 * curve.size
  const prefix = ecSpki(curve, new Uint8Array(pointLength)).subarray(0, -pointLength)
  return {
    ...part,
    encode: point => ecSpki(curve, point),
    decode(encoded) {
      if (Buffer.compare(encoded.subarray(0, prefix.length), prefix) !== 0) throw wrongKeyMaterial()
      return part.decode(encoded.subarray(prefix.length))
    },
    jwkMembers: { crv: curve.crv, use: 'sig' },
  }
}
