import { invalidRequest, type KmsError } from '../errors.ts'
import type { PrivateKey } from './pkcs8.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

/** The members of a JWK that are bytes in base64url (RFC 7518 sections 6.2 to 6.4, RFC 8037 section 2, RFC 9964 section 3). */
export const jwkByteMembers = ['d', 'x', 'y', 'n', 'e', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'pub', 'priv'] as const

type JwkByteMember = (typeof jwkByteMembers)[number]

/** A JWK with a private or symmetric key in it (RFC 7517 section 4), as it was sent. */
export interface SecretJwk {
  readonly kty: string
  readonly crv?: string
  readonly alg?: string
  readonly use?: string
  readonly keyOps?: readonly string[]
  readonly bytes: Readonly<Partial<Record<JwkByteMember, Uint8Array>>>
}

/** What the JWK of a key type says of what it is for, as far as it says that at all. */
export interface JwkPurpose {
  readonly kty: 'OKP' | 'EC' | 'RSA' | 'AKP' | 'oct'
  readonly crv?: string
  readonly use: 'sig' | 'enc'
  /** One of these (RFC 7517 section 4.4). */
  readonly algorithms: readonly string[]
  /** At least one of these (RFC 7517 section 4.3). */
  readonly operations: readonly string[]
}

/**
 * The bytes of members of a JWK, all of which must be there. It must not say that it is for anything else: what it was
 * made for elsewhere it is to be used for here.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function readJwk<M extends JwkByteMember>(
  jwk: SecretJwk,
  { kty, crv, use, algorithms, operations }: JwkPurpose,
  ...members: readonly M[]
): Record<M, Uint8Array> {
  if (jwk.kty !== kty || jwk.crv !== crv) throw wrongKeyMaterial()
  const { alg, keyOps } = jwk
  if (jwk.use !== undefined && jwk.use !== use) throw otherPurpose('use')
  if (alg !== undefined && !algorithms.includes(alg)) throw otherPurpose('alg')
  if (keyOps !== undefined && !operations.some(operation => keyOps.includes(operation))) throw otherPurpose('key_ops')
  const read: Partial<Record<M, Uint8Array>> = {}
  for (const member of members) {
    const bytes = jwk.bytes[member]
    if (bytes === undefined) throw wrongKeyMaterial()
    read[member] = bytes
  }
  return read as Record<M, Uint8Array>
}

/** RFC 8037 section 2. @throws KmsError INVALID_REQUEST */
export function readOkpJwk(jwk: SecretJwk, purpose: JwkPurpose): PrivateKey {
  const { d, x } = readJwk(jwk, purpose, 'd', 'x')
  return { secret: d, publicKey: x }
}

/**
 * A key of which `alg` says all there is to say (RFC 9964 section 3), and so must be there.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function readAlgorithmKeyPairJwk(jwk: SecretJwk, alg: string, purpose: Omit<JwkPurpose, 'kty' | 'algorithms'>) {
  if (jwk.alg !== alg) throw wrongKeyMaterial()
  const { priv, pub } = readJwk(jwk, { ...purpose, kty: 'AKP', algorithms: [alg] }, 'priv', 'pub')
  return { secret: priv, publicKey: pub }
}

/** RFC 7518 section 6.4. @throws KmsError INVALID_REQUEST */
export function readOctJwk(jwk: SecretJwk, purpose: Omit<JwkPurpose, 'kty'>): Uint8Array {
  return readJwk(jwk, { kty: 'oct', ...purpose }, 'k').k
}

export function wipeJwk({ bytes }: SecretJwk): void {
  for (const each of Object.values(bytes)) each.fill(0)
}

function otherPurpose(member: string): KmsError {
  return invalidRequest(`jwk.${member}: it is not for what keys of this type do`)
}
