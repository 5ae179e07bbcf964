/**
 * The contents of AlgorithmIdentifiers (RFC 5280 section 4.1.1.2) in DER, by which PKCS#8 and SubjectPublicKeyInfo say
 * what kind of key they hold.
 */

/** With its parameters, which are always NULL (RFC 8017 appendix A.1). */
export const rsaEncryption = Buffer.from('06092a864886f70d0101010500', 'hex')

/** RFC 8410 section 3 */
export const idX25519 = Buffer.from('06032b656e', 'hex')
export const idX448 = Buffer.from('06032b656f', 'hex')

const idEcPublicKey = Buffer.from('06072a8648ce3d0201', 'hex')

/** RFC 5480 section 2.1.1, with the curve's OBJECT IDENTIFIER as its parameters. */
export function ecPublicKey(curve: Uint8Array): Uint8Array {
  return Buffer.concat([idEcPublicKey, curve])
}
