import { KmsError } from '../errors.ts'
import type { ComputationPort, Random } from '../ports/index.ts'
import type { KeyAgreement, KeyMaterial } from './key-type.ts'
import type { JwkPurpose, SecretJwk } from './secret-jwk.ts'

/** At once, or elsewhere if that takes long; then the port's errors are thrown as well. */
type Made<T> = T | Promise<T>

/** A curve on which two keys agree on a secret (SP 800-56A section 5.7.1.2, RFC 7748 section 6.1). */
export interface AgreementCurve {
  /** As JWK has it (RFC 7518 section 6.2.1.1, RFC 8037 section 2). */
  readonly name: string
  readonly kty: 'EC' | 'OKP'
  /** As the export of a key has it, in which existing clients know other names than in a JWE. */
  readonly exportName: string
  generate(random: Random, computation: ComputationPort): Made<Required<KeyMaterial>>
  /** @throws KmsError INVALID_REQUEST */
  importSecret(encoded: Uint8Array, computation: ComputationPort): Made<Required<KeyMaterial>>
  /** @throws KmsError INVALID_REQUEST */
  importJwk(jwk: SecretJwk, computation: ComputationPort): Made<Required<KeyMaterial>>
  /** Of a fresh key. The caller wipes it. */
  newSecret(random: Random): Uint8Array
  /** Opens a key that is used once, and stays the caller's; undefined if this is no secret of this curve. */
  openNew(secret: Uint8Array, computation: ComputationPort): Made<OpenedKey | undefined>
  open(secret: Uint8Array, publicKey: Uint8Array, computation: ComputationPort): KeyAgreement
  jwk(publicKey: Uint8Array): Readonly<Record<string, string>>
  spki(publicKey: Uint8Array): Uint8Array
  multikey(publicKey: Uint8Array): Uint8Array
  coordinatesOf(publicKey: Uint8Array): Coordinates
  /** The raw public key, looked at for its lengths alone; undefined if they are not of this curve. */
  publicKeyOf(coordinates: Coordinates): Uint8Array | undefined
  /** @throws KmsError INVALID_REQUEST for a public key with which no key of this curve agrees */
  check(publicKey: Uint8Array): void
}

/** Whoever opened it closes the agreement. */
export interface OpenedKey {
  readonly agreement: KeyAgreement
  readonly publicKey: Uint8Array
}

/** Big-endian numbers of an elliptic curve's point; `x` alone, as it is, for X25519 and X448. */
export interface Coordinates {
  readonly x: Uint8Array
  readonly y?: Uint8Array
}

/**
 * RFC 7518 section 4.6, draft-madden-jose-ecdh-1pu-04 section 2.2.1, and what existing clients call wrapping by
 * XChaCha20-Poly1305.
 */
export const agreementPurpose: Pick<JwkPurpose, 'use' | 'algorithms' | 'operations'> = {
  use: 'enc',
  algorithms: [
    'ECDH-ES+A256KW',
    'ECDH-ES+XC20PKW',
    'ECDH-1PU+A128KW',
    'ECDH-1PU+A192KW',
    'ECDH-1PU+A256KW',
    'ECDH-1PU+XC20PKW',
  ],
  operations: ['deriveKey', 'deriveBits'],
}

/** One text for every reason for which keys cannot agree: a point that is none, a curve that is not the other's. */
export function noAgreement(cause?: unknown): KmsError {
  return new KmsError('INVALID_REQUEST', 'the public key is not one with which this key can agree', { cause })
}
