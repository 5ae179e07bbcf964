import type { ECDH } from 'node:crypto'
import type { ComputationPort, EcScheme } from '../ports/index.ts'
import { type AgreementCurve, agreementPurpose, noAgreement, type OpenedKey } from './agreement-curve.ts'
import { type Curve, curves } from './curves.ts'
import {
  checkPoint,
  ecMultikey,
  fitted,
  generateEcKey,
  importEcJwk,
  importEcKey,
  newScalar,
  openEcdh,
  pointOf,
  significant,
} from './ec-key.ts'
import { ecSpki, pointJwk } from './ec-key-object.ts'
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
    generate: (random, computation) => generateEcKey(curve, random, computation),
    importSecret: (encoded, computation) => importEcKey(curve, encoded, computation),
    importJwk: (jwk, computation) => importEcJwk(curve, jwk, agreementPurpose, computation),
    newSecret: random => newScalar(curve, random),
    openNew(secret, computation) {
      const scalar = fitted(secret, size)
      if (scalar === undefined) return undefined
      return curve.slow ? openNewSlow(curve, curve.slow, scalar, computation) : openNewFast(curve, scalar)
    },
    open(scalar, publicKey, computation) {
      if (curve.slow) return slowAgreement(curve.slow, Uint8Array.from(scalar), publicKey, computation)
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

/** Takes ownership of the scalar. */
function openNewFast(curve: Curve, scalar: Uint8Array): OpenedKey | undefined {
  const ecdh = openEcdh(curve, scalar)
  scalar.fill(0)
  return ecdh && { agreement: fastAgreement(curve, ecdh), publicKey: ecdh.getPublicKey() }
}

/** Takes ownership of the scalar. */
async function openNewSlow(
  curve: Curve,
  scheme: EcScheme,
  scalar: Uint8Array,
  computation: ComputationPort,
): Promise<OpenedKey | undefined> {
  let publicKey: Uint8Array | undefined
  try {
    publicKey = await pointOf(curve, scalar, computation)
  } finally {
    if (publicKey === undefined) scalar.fill(0)
  }
  return publicKey && { agreement: slowAgreement(scheme, scalar, publicKey, computation), publicKey }
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

/** The same off the event loop. Takes ownership of the scalar. */
function slowAgreement(
  scheme: EcScheme,
  secret: Uint8Array,
  publicKey: Uint8Array,
  computation: ComputationPort,
): KeyAgreement {
  return {
    curve: scheme,
    async agree(otherPublicKey) {
      const agreed = await computation.run({ scheme, operation: 'agree', secret, publicKey, otherPublicKey })
      if (agreed === undefined) throw noAgreement()
      return agreed
    },
    close: () => secret.fill(0),
  }
}
