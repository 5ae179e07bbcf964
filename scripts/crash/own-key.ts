/** Key material that was made outside the service. */
export interface OwnKey {
  /** As it is imported: PKCS#8 DER, or the raw bytes of a symmetric key. */
  readonly secret: Uint8Array
  /** As it is exported; absent for a symmetric key. */
  readonly publicKey?: Uint8Array
}
