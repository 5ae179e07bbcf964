/** Just enough DER (X.690) to write private keys as others send them, and as nobody should. */
export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  if (content.length < 0x80) return Buffer.concat([Uint8Array.of(tag, content.length), content])
  const length = content.length < 0x100 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...length), content])
}

export const sequence = (...contents: Uint8Array[]) => der(0x30, ...contents)
export const octets = (...contents: Uint8Array[]) => der(0x04, ...contents)
export const integer = (value: number) => der(0x02, Uint8Array.of(value))
/** A BIT STRING without unused bits. */
export const bits = (content: Uint8Array) => der(0x03, Uint8Array.of(0), content)

/**
 * OBJECT IDENTIFIERs: RFC 8410 section 3, RFC 5480 sections 2.1.1 and 2.1.1.1, SEC 2 section A.2.1, RFC 8017 A.1, RFC 9881
 * section 2, RFC 9935 section 3.
 */
export const oid = {
  x25519: Buffer.from('06032b656e', 'hex'),
  x448: Buffer.from('06032b656f', 'hex'),
  ed25519: Buffer.from('06032b6570', 'hex'),
  ed448: Buffer.from('06032b6571', 'hex'),
  rsaEncryption: Buffer.from('06092a864886f70d010101', 'hex'),
  rsassaPss: Buffer.from('06092a864886f70d01010a', 'hex'),
  ecPublicKey: Buffer.from('06072a8648ce3d0201', 'hex'),
  'P-256': Buffer.from('06082a8648ce3d030107', 'hex'),
  'P-384': Buffer.from('06052b81040022', 'hex'),
  'P-521': Buffer.from('06052b81040023', 'hex'),
  secp256k1: Buffer.from('06052b8104000a', 'hex'),
  'ML-DSA-65': Buffer.from('0609608648016503040312', 'hex'),
  'ML-KEM-768': Buffer.from('0609608648016503040402', 'hex'),
} as const

/** PKCS#8 (RFC 5958 section 2) of a key of RFC 8410. */
export function okpPkcs8(algorithm: Uint8Array, seed: Uint8Array, ...attributes: Uint8Array[]): Buffer {
  return sequence(integer(0), sequence(algorithm), octets(octets(seed)), ...attributes)
}

/** PKCS#8 of a key that is a seed (RFC 9881 section 6, RFC 9935 section 6), and of one with the expanded key beside. */
export function seedPkcs8(algorithm: Uint8Array, seed: Uint8Array, expanded?: Uint8Array): Buffer {
  const choice = expanded ? sequence(octets(seed), octets(expanded)) : der(0x80, seed)
  return sequence(integer(0), sequence(algorithm), octets(choice))
}

/** PKCS#8 of an elliptic curve key, around an ECPrivateKey (RFC 5915 section 3); the public point is optional. */
export function ecPkcs8(curve: Uint8Array, scalar: Uint8Array, point?: Uint8Array): Buffer {
  return sequence(integer(0), sequence(oid.ecPublicKey, curve), octets(ecPrivateKey(scalar, point)))
}

/** PKCS#8 of an RSA key, around an RSAPrivateKey (RFC 8017 appendix A.1.2). */
export function rsaPkcs8(privateKey: Uint8Array, ...attributes: Uint8Array[]): Buffer {
  return sequence(integer(0), sequence(oid.rsaEncryption, der(0x05)), octets(privateKey), ...attributes)
}

/** The inner structure alone, which is how SEC1 files hold a key. */
export function ecPrivateKey(scalar: Uint8Array, point?: Uint8Array, ...more: Uint8Array[]): Buffer {
  return sequence(integer(1), octets(scalar), ...more, ...(point ? [der(0xa1, bits(point))] : []))
}
