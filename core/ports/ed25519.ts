/**
 * Ed25519 (RFC 8032 section 5.1, pure). All implementations make the same signatures, as the RFC has them, and accept
 * the same: those that satisfy its equation without the cofactor, whose R and S are in their one form, and whose R is
 * not of small order. Messages may be of any length, empty ones too. Nothing is thrown.
 */
export interface Ed25519Port {
  /** Whose implementation it is, for people. */
  readonly name: string

  /** The public key of a seed: 32 bytes each. */
  publicKey(seed: Uint8Array): Uint8Array

  /**
   * Imports a private key.
   *
   * @param seed 32 bytes, which stay the caller's
   * @param publicKey the seed's own, 32 bytes
   */
  signer(seed: Uint8Array, publicKey: Uint8Array): Ed25519Signer

  /** Imports a public key: 32 bytes, a point in its one form that is not of small order. */
  verifier(publicKey: Uint8Array): Ed25519Verifier
}

export interface Ed25519Signer {
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array
  /** Wipes the key, as far as its bytes can be reached. Afterwards nothing may be signed. */
  close?(): void
}

export interface Ed25519Verifier {
  /** @param signature of any length */
  verify(signature: Uint8Array, message: Uint8Array): boolean
}
