import { type ECDH, webcrypto } from 'node:crypto'
import { encodeBase64Url } from '../encoding/base64.ts'
import { type AgreementCurve, agreementPurpose, noAgreement } from './agreement-curve.ts'
import { type Curve, curves } from './curves.ts'
import {
  checkPoint,
  ecMultikey,
  ecSpki,
  fitted,
  generateEcKey,
  importEcJwk,
  importEcKey,
  newScalar,
  openEcdh,
  pointJwk,
  significant,
} from './ec-key.ts'
import type { KeyAgreement } from './key-type.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

type NistCurveName = 'P-256' | 'P-384' | 'P-521'

/** ECDH over a NIST curve: the shared secret is the x coordinate, in bytes of the curve's size. */
export function nistAgreementCurve(name: NistCurveName): AgreementCurve {
  const curve: Curve = curves[name]
  const { size } = curve
  return {
    name,
    kty: 'EC',
    exportName: `NIST_${name.replace('-', '')}`,
    generate: random => generateEcKey(curve, random),
    importSecret: encoded => importEcKey(curve, encoded),
    importJwk: jwk => importEcJwk(curve, jwk, agreementPurpose),
    newSecret: random => newScalar(curve, random),
    openNew(secret) {
      const scalar = fitted(secret, size)
      if (scalar === undefined) return undefined
      const ecdh = openEcdh(curve, scalar)
      if (ecdh === undefined) return undefined
      const publicKey = ecdh.getPublicKey()
      const agreement = curve.slow ? slowAgreement(curve, scalar, publicKey) : fastAgreement(curve, ecdh)
      scalar.fill(0)
      return { agreement, publicKey }
    },
    open(scalar, publicKey) {
      if (curve.slow) return slowAgreement(curve, scalar, publicKey)
      const ecdh = openEcdh(curve, scalar)
      if (ecdh === undefined) throw wrongKeyMaterial()
      return fastAgreement(curve, ecdh)
    },
    jwk: point => pointJwk(curve, point),
    spki: point => ecSpki(curve, point),
    multikey: point => ecMultikey(curve, point),
    // Existing clients write the numbers without leading zeros.
    coordinatesOf: point => ({ x: significant(point.subarray(1, 1 + size)), y: significant(point.subarray(1 + size)) }),
    publicKeyOf({ x, y = new Uint8Array(0) }) {
      const [first, second] = [fitted(x, size), fitted(y, size)]
      if (x.length === 0 || y.length === 0 || first === undefined || second === undefined) return undefined
      return Buffer.concat([Uint8Array.of(0x04), first, second])
    },
    check: point => checkPoint(curve, point),
  }
}

/** OpenSSL refuses whatever is no point of the curve; the group has no others than those of its order. */
function fastAgreement({ crv }: Curve, ecdh: ECDH): KeyAgreement {
  return {
    curve: crv,
    agree(point) {
      try {
        return ecdh.computeSecret(point)
      } catch (cause) {
        throw noAgreement(cause)
      }
    },
  }
}

/** The same off the event loop, which in Node 20 WebCrypto alone can do. */
function slowAgreement(curve: Curve, scalar: Uint8Array, publicKey: Uint8Array): KeyAgreement {
  const { subtle } = webcrypto
  const algorithm = { name: 'ECDH', namedCurve: curve.crv }
  const jwk = { ...pointJwk(curve, publicKey), d: encodeBase64Url(scalar) }
  const importing = subtle.importKey('jwk', jwk, algorithm, false, ['deriveBits'])
  // Whoever agrees learns of a failure as well; without anyone it must not end the process.
  importing.catch(() => undefined)
  return {
    curve: curve.crv,
    async agree(point) {
      const own = await importing
      try {
        const theirs = await subtle.importKey('raw', point, algorithm, false, [])
        return new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: theirs }, own, 8 * curve.size))
      } catch (cause) {
        throw noAgreement(cause)
      }
    },
  }
}
