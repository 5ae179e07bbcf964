import type { ComputationPort, Ed25519Port, Random } from '../ports/index.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'
import type { SecretJwk } from './secret-jwk.ts'

/** What opened keys work with. */
export interface Tools {
  readonly random: Random
  /** Computes what would hold up every other request. */
  readonly computation: ComputationPort
  readonly ed25519: Ed25519Port
}

/**
 * What a key can do. The presence of a primitive in a row of the table *is* the support for it. An opened primitive
 * holds an imported key and may be kept for a while; `close` wipes what it holds in the clear, and must not disturb a
 * call that is under way.
 */
export interface Signer {
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
  close?(): void
}

export interface Verifier {
  /** False for every reason for which the signature is not this key's over this message. */
  verify(signature: Uint8Array, message: Uint8Array): boolean | Promise<boolean>
  close?(): void
}

export interface Aead {
  /** Encrypts under a fresh random nonce. The ciphertext ends with the 16-byte tag. */
  encrypt(plaintext: Uint8Array, associatedData: Uint8Array, random: Random): Encrypted
  /** Undefined for every reason for which this does not open: lengths, tag, associated data, nonce. */
  decrypt(encrypted: Encrypted, associatedData: Uint8Array): Uint8Array | undefined
  close?(): void
}

export interface Encrypted {
  readonly ciphertext: Uint8Array
  readonly nonce: Uint8Array
}

export interface Mac {
  /** Deterministic. */
  compute(data: Uint8Array): Uint8Array
  verify(mac: Uint8Array, data: Uint8Array): boolean
  close?(): void
}

export interface KeyAgreement {
  /** The curve of this key, and so of every key that it agrees with, as JWK names it. */
  readonly curve: string
  /** The secret that is shared with the holder of a raw public key of that curve. @throws KmsError INVALID_REQUEST */
  agree(publicKey: Uint8Array): Uint8Array | Promise<Uint8Array>
  close?(): void
}

export interface Decapsulator {
  /** The secret that was encapsulated for this key; undefined if that is no ciphertext. The caller wipes it. */
  decapsulate(ciphertext: Uint8Array): Promise<Uint8Array | undefined>
  close?(): void
}

/** NaCl's crypto box, with X25519 public keys of 32 bytes and nonces of 24. */
export interface Box {
  /** @throws KmsError INVALID_REQUEST for a public key with which no key agrees */
  seal(plaintext: Uint8Array, nonce: Uint8Array, theirPublicKey: Uint8Array): Uint8Array
  /** Undefined if it does not open. @throws KmsError as `seal` */
  open(ciphertext: Uint8Array, nonce: Uint8Array, theirPublicKey: Uint8Array): Uint8Array | undefined
  /** What was sealed under an ephemeral key, which stands in front. Undefined for every reason for which it does not open. */
  openSealed(sealed: Uint8Array): Uint8Array | undefined
  close?(): void
}

/** What a signature over many messages is made of. */
export interface Statement {
  /** At least one. */
  readonly messages: readonly Uint8Array[]
  /** Signed beside the messages and always known. Empty for a scheme that has none. */
  readonly header: Uint8Array
}

/** Signs several messages at once, of which any can be revealed later. */
export interface MultiSigner {
  /** @throws KmsError INVALID_REQUEST if there is a header and the scheme has none; those of the port */
  sign(statement: Statement): Promise<Uint8Array>
  close?(): void
}

/** A proof of having a signature over messages of which only some are told. */
export interface RevealingProof extends Statement {
  readonly proof: Uint8Array
  /** Ascending, those of the messages, which are the revealed ones; undefined if the proof says them. */
  readonly revealed: readonly number[] | undefined
  readonly nonce: Uint8Array
}

/** The public side of a `MultiSigner`. All throw as `MultiSigner` does. */
export interface MultiVerifier {
  /** False for every reason for which the signature is not this key's over these messages. */
  verify(signature: Uint8Array, statement: Statement): Promise<boolean>
  /**
   * Undefined if the signature is not this key's over these messages, all of them.
   *
   * @param revealed ascending, each the index of a message, at least one
   */
  deriveProof(
    signature: Uint8Array,
    statement: Statement,
    revealed: readonly number[],
    nonce: Uint8Array,
  ): Promise<Uint8Array | undefined>
  /** False for every reason for which the proof is not one of this key over what is revealed. */
  verifyProof(proof: RevealingProof): Promise<boolean>
  close?(): void
}

/** The primitives that need a key's secret, by name: an operation asks for one, a row of the table offers some. */
export interface SecretPrimitives {
  signer: Signer
  aead: Aead
  mac: Mac
  keyAgreement: KeyAgreement
  decapsulator: Decapsulator
  box: Box
  multiSigner: MultiSigner
}

/** The same, of those that need the public key alone. */
export interface PublicPrimitives {
  verifier: Verifier
  multiVerifier: MultiVerifier
}

/** What a key is made of: a verification key has no secret, a symmetric key no public key. */
export interface KeyMaterial {
  /** The form that is locked and stored: raw bytes, of a layout that its key type alone knows. */
  readonly secret?: SecretBytes
  /**
   * 32 or 57 bytes (RFC 8032, RFC 7748), an uncompressed point (SEC 1 section 2.3.3), a compressed one of G2, an
   * RSAPublicKey (RFC 8017 appendix A.1.1), or as FIPS 203 and 204 encode one.
   */
  readonly publicKey?: Uint8Array
}

/** The public side of an asymmetric key type. */
export interface PublicPart {
  /** The bytes that `public_key` carries on the wire; some forms carry the key's id, too. */
  encode(publicKey: Uint8Array, keyId: string): Uint8Array
  /**
   * The inverse of `encode`, the id being of no interest.
   *
   * @throws KmsError INVALID_REQUEST if this is not a valid public key in that form
   */
  decode(encoded: Uint8Array, computation: ComputationPort): Uint8Array | Promise<Uint8Array>
  /**
   * The required JWK members (RFC 7638 section 3.2), already in lexicographic order, as existing clients write them in
   * the thumbprints that are ids.
   */
  jwk(publicKey: Uint8Array): Readonly<Record<string, string>>
  /** What a JWK has besides, and the registered name of a curve that is called otherwise in `jwk`. */
  readonly jwkMembers?: JwkMembers
  /** The SubjectPublicKeyInfo (RFC 5280 section 4.1), if there is one for such keys. */
  spki?(publicKey: Uint8Array): Uint8Array
  /** The bytes of the Multikey, if there is a multicodec for such keys. */
  multikey?(publicKey: Uint8Array): Uint8Array
}

/** One of a type whose public keys are read so fast that nobody has to wait for them. */
export interface SynchronousPublicPart extends PublicPart {
  decode(encoded: Uint8Array): Uint8Array
}

export interface JwkMembers {
  readonly crv?: string
  /** RFC 7517 section 4.2 */
  readonly use?: 'sig' | 'enc'
  /** RFC 7517 section 4.4; absent if what such keys make is not what JOSE knows, or known to it by several names. */
  readonly alg?: string
}

/**
 * Rotation stays inside a family: a version of another family could not open or verify what the older ones made, and
 * the key's callers could not use it.
 */
export type Family = 'signature' | 'aead' | 'mac' | 'key-agreement' | 'key-encapsulation' | 'bbs-plus' | 'bbs'

/**
 * A row of the key-type table. Rows know bytes alone: no records, ids or contexts, and no randomness but what they
 * are given. The openers take secrets that stay the caller's: they copy or import what they need.
 */
export interface KeyType extends Traits, SecretOpeners, PublicOpeners {
  /**
   * @param attributes what the caller asks of the key beyond its type. A type that knows no attributes ignores them, as
   * existing clients may send any.
   * @param ed25519 Default: OpenSSL. @throws KmsError INVALID_REQUEST
   */
  generate(
    random: Random,
    attributes: readonly string[] | undefined,
    computation: ComputationPort,
    ed25519?: Ed25519Port,
  ): KeyMaterial | Promise<KeyMaterial>
  /**
   * Reads private or symmetric key material as a caller sends it: PKCS#8 DER (RFC 5958, unencrypted), or the raw bytes
   * of a symmetric key or of a scalar for which PKCS#8 has no name. @throws KmsError INVALID_REQUEST
   */
  importSecret(encoded: Uint8Array, random: Random, computation: ComputationPort): KeyMaterial | Promise<KeyMaterial>
  /** Reads the same as a JWK, which must not say that it is for anything else. @throws KmsError INVALID_REQUEST */
  importJwk?(jwk: SecretJwk, random: Random, computation: ComputationPort): KeyMaterial | Promise<KeyMaterial>
}

/** A key type whose keys are made, read and used so fast that nobody has to wait for them. */
export interface SynchronousKeyType extends Traits, SecretOpeners<[]>, PublicOpeners<[]> {
  readonly publicPart?: SynchronousPublicPart
  generate(random: Random): KeyMaterial
  importSecret(encoded: Uint8Array, random: Random): KeyMaterial
  importJwk?(jwk: SecretJwk, random: Random): KeyMaterial
}

interface Traits {
  readonly family: Family
  /** Set while the algorithm, or its implementation, is young: new keys are made only where the operator says so. */
  readonly experimental?: true
  readonly publicPart?: PublicPart
}

/** How each primitive is opened; `publicKey` is empty for a symmetric key. */
export type SecretOpeners<More extends unknown[] = [tools: Tools]> = {
  readonly [P in keyof SecretPrimitives]?: (
    secret: Uint8Array,
    publicKey: Uint8Array,
    ...more: More
  ) => SecretPrimitives[P]
}

export type PublicOpeners<More extends unknown[] = [tools: Tools]> = {
  readonly [P in keyof PublicPrimitives]?: (publicKey: Uint8Array, ...more: More) => PublicPrimitives[P]
}
