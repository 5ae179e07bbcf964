import { ecPublicKey, rsaEncryption } from './algorithm-identifiers.ts'
import { DerReader, derTag, readOnly } from './der.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

/** What was read, as views into the encoding. */
export interface PrivateKey {
  readonly secret: Uint8Array
  /** The public key, if the sender put one beside the secret. It is to be compared. */
  readonly publicKey: Uint8Array | undefined
}

/**
 * Reads an unencrypted PKCS#8 DER private key (RFC 5958) of exactly the given kind. It is read here because OpenSSL is
 * too generous (bytes behind the key, curves by their parameters), and because Node 20 ends the whole process over an
 * elliptic curve key whose public point is the point at infinity.
 *
 * @throws KmsError INVALID_REQUEST
 */
function readPkcs8(encoded: Uint8Array, algorithm: Uint8Array): PrivateKey {
  const reader = new DerReader(readOnly(encoded, derTag.sequence))
  const [version = 2, ...more] = reader.read(derTag.integer)
  if (version > 1 || more.length > 0) throw wrongKeyMaterial()
  if (Buffer.compare(reader.read(derTag.sequence), algorithm) !== 0) throw wrongKeyMaterial()
  const secret = reader.read(derTag.octetString)
  // Attributes, which say nothing about the key itself.
  reader.readOptional(derTag.context0)
  const publicKey = version === 1 ? reader.readOptional(derTag.primitiveContext1) : undefined
  reader.end()
  return { secret, publicKey: publicKey && bytesOfBits(publicKey) }
}

/**
 * A key of RFC 8410 (section 7): the seed or scalar, of whatever length was sent.
 *
 * @param curve the curve's OBJECT IDENTIFIER in DER
 * @throws KmsError INVALID_REQUEST
 */
export function readOkpPkcs8(encoded: Uint8Array, curve: Uint8Array): PrivateKey {
  const { secret, publicKey } = readPkcs8(encoded, curve)
  return { secret: readOnly(secret, derTag.octetString), publicKey }
}

/** An RSA key (RFC 8017 appendix A.1): an RSAPrivateKey, and an RSAPublicKey. @throws KmsError INVALID_REQUEST */
export function readRsaPkcs8(encoded: Uint8Array): PrivateKey {
  return readPkcs8(encoded, rsaEncryption)
}

/**
 * An elliptic curve key around an ECPrivateKey (RFC 5915 section 3): the scalar, of whatever length was sent.
 *
 * @param curve the curve's OBJECT IDENTIFIER in DER
 * @throws KmsError INVALID_REQUEST
 */
export function readEcPkcs8(encoded: Uint8Array, curve: Uint8Array): PrivateKey {
  const outer = readPkcs8(encoded, ecPublicKey(curve))
  const reader = new DerReader(readOnly(outer.secret, derTag.sequence))
  const [version, ...more] = reader.read(derTag.integer)
  if (version !== 1 || more.length > 0) throw wrongKeyMaterial()
  const secret = reader.read(derTag.octetString)
  const parameters = reader.readOptional(derTag.context0)
  if (parameters !== undefined && Buffer.compare(parameters, curve) !== 0) throw wrongKeyMaterial()
  const inner = reader.readOptional(derTag.context1)
  reader.end()
  if (inner === undefined) return { secret, publicKey: outer.publicKey }
  if (outer.publicKey !== undefined) throw wrongKeyMaterial()
  return { secret, publicKey: bytesOfBits(readOnly(inner, derTag.bitString)) }
}

/** What was read of a key that is made of a seed. */
export interface SeedPrivateKey extends PrivateKey {
  /** The private key as FIPS 203 or 204 writes it down, if the sender put it beside the seed. It is to be compared. */
  readonly expanded: Uint8Array | undefined
}

/**
 * A key of ML-DSA (RFC 9881 section 6) or ML-KEM (RFC 9935 section 6) in one of the two forms that hold the seed: what
 * is expanded cannot be turned back into it.
 *
 * @param algorithm its OBJECT IDENTIFIER in DER
 * @throws KmsError INVALID_REQUEST
 */
export function readSeedPkcs8(encoded: Uint8Array, algorithm: Uint8Array): SeedPrivateKey {
  const { secret: choice, publicKey } = readPkcs8(encoded, algorithm)
  if (choice[0] === derTag.primitiveContext0) {
    return { secret: readOnly(choice, derTag.primitiveContext0), publicKey, expanded: undefined }
  }
  const both = new DerReader(readOnly(choice, derTag.sequence))
  const secret = both.read(derTag.octetString)
  const expanded = both.read(derTag.octetString)
  both.end()
  return { secret, publicKey, expanded }
}

/** The content of a BIT STRING of whole bytes (X.690 section 8.6). */
function bytesOfBits(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw wrongKeyMaterial()
  return content.subarray(1)
}
