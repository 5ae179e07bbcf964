import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { EcScheme } from '../ports/index.ts'

/** A curve in short Weierstrass form, for ECDSA and for ECDH. */
export interface Curve {
  /** RFC 7518 section 6.2.1.1, RFC 8812 section 3.1 */
  readonly crv: string
  /** What the curve is called in thumbprints, if that is something else. */
  readonly thumbprintCrv?: string
  /** OpenSSL's name, for ECDH objects. */
  readonly namedCurve: string
  /** RFC 5480 section 2.1.1.1, SEC 2 section A.2.1, in DER. */
  readonly oid: Uint8Array
  readonly hash: string
  /** Bytes of a coordinate and of a scalar. */
  readonly size: number
  /** RFC 7518 section 3.4, RFC 8812 section 3.2 */
  readonly jwsAlgorithm: string
  /** Of a compressed point. */
  readonly multicodec: number
  /** A uniform scalar in 1…n-1 (FIPS 186-5 appendix A.2.1, extra random bits) from `seedLength` random bytes. */
  readonly scalar: (seed: Uint8Array) => Uint8Array
  readonly seedLength: number
  /**
   * Set if OpenSSL takes most of a millisecond or more to multiply a point: it signs off the event loop then, and what
   * it has no callbacks for is a job of this name.
   */
  readonly slow?: EcScheme
  /** The order of the group, for a curve whose signatures must have a low s. */
  readonly lowSOrder?: bigint
}

export const curves = {
  'P-256': {
    crv: 'P-256',
    namedCurve: 'prime256v1',
    oid: Buffer.from('06082a8648ce3d030107', 'hex'),
    hash: 'sha256',
    size: 32,
    jwsAlgorithm: 'ES256',
    multicodec: 0x1200,
    scalar: seed => p256.utils.randomSecretKey(seed),
    seedLength: p256.lengths.seed ?? 48,
  },
  'P-384': {
    crv: 'P-384',
    namedCurve: 'secp384r1',
    oid: Buffer.from('06052b81040022', 'hex'),
    hash: 'sha384',
    size: 48,
    jwsAlgorithm: 'ES384',
    multicodec: 0x1201,
    scalar: seed => p384.utils.randomSecretKey(seed),
    seedLength: p384.lengths.seed ?? 72,
    slow: 'P-384',
  },
  'P-521': {
    crv: 'P-521',
    namedCurve: 'secp521r1',
    oid: Buffer.from('06052b81040023', 'hex'),
    hash: 'sha512',
    size: 66,
    jwsAlgorithm: 'ES512',
    multicodec: 0x1202,
    scalar: seed => p521.utils.randomSecretKey(seed),
    seedLength: p521.lengths.seed ?? 99,
    slow: 'P-521',
  },
  secp256k1: {
    crv: 'secp256k1',
    // Not what RFC 8812 says, but what the ids of such keys are made of in existing clients.
    thumbprintCrv: 'SECP256K1',
    namedCurve: 'secp256k1',
    oid: Buffer.from('06052b8104000a', 'hex'),
    hash: 'sha256',
    size: 32,
    jwsAlgorithm: 'ES256K',
    multicodec: 0xe7,
    scalar: seed => secp256k1.utils.randomSecretKey(seed),
    seedLength: secp256k1.lengths.seed ?? 48,
    lowSOrder: secp256k1.Point.Fn.ORDER,
  },
} as const satisfies Record<string, Curve>
