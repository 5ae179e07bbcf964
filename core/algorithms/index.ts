import { KmsError } from '../errors.ts'
import { aes128GcmKeyType, aes256GcmKeyType, chaCha20Poly1305KeyType, xChaCha20Poly1305KeyType } from './aead.ts'
import { bbsIetfKeyType, bbsPlusKeyType } from './bbs/key-types.ts'
import { ecdsaKeyType } from './ecdsa.ts'
import { ed448KeyType } from './ed448.ts'
import { ed25519KeyType } from './ed25519.ts'
import { hmacSha256KeyType } from './hmac.ts'
import { nistP256KeyType, nistP384KeyType, nistP521KeyType, x448KeyType, x25519KeyType } from './key-agreement.ts'
import type { KeyType } from './key-type.ts'
import { mlDsa65KeyType } from './ml-dsa.ts'
import { mlKem768KeyType, mlKem768Name } from './ml-kem.ts'
import { rsaKeyType } from './rsa.ts'

/** THE TABLE: one row per key type, under the name that the wire knows. Nothing else in the source names a key type. */
export const keyTypes = table({
  ED25519: ed25519KeyType,
  ED448: ed448KeyType,
  ECDSAP256DER: ecdsaKeyType('P-256', 'der'),
  ECDSAP384DER: ecdsaKeyType('P-384', 'der'),
  ECDSAP521DER: ecdsaKeyType('P-521', 'der'),
  ECDSAP256IEEEP1363: ecdsaKeyType('P-256', 'ieee-p1363'),
  ECDSAP384IEEEP1363: ecdsaKeyType('P-384', 'ieee-p1363'),
  ECDSAP521IEEEP1363: ecdsaKeyType('P-521', 'ieee-p1363'),
  ECDSASecp256k1DER: ecdsaKeyType('secp256k1', 'der'),
  ECDSASecp256k1IEEEP1363: ecdsaKeyType('secp256k1', 'ieee-p1363'),
  RSARS256: rsaKeyType('pkcs1'),
  RSAPS256: rsaKeyType('pss'),
  AES128GCM: aes128GcmKeyType,
  AES256GCM: aes256GcmKeyType,
  AES256GCMNoPrefix: aes256GcmKeyType,
  ChaCha20Poly1305: chaCha20Poly1305KeyType,
  XChaCha20Poly1305: xChaCha20Poly1305KeyType,
  HMACSHA256Tag256: hmacSha256KeyType,
  NISTP256ECDHKW: nistP256KeyType,
  NISTP384ECDHKW: nistP384KeyType,
  NISTP521ECDHKW: nistP521KeyType,
  X25519ECDHKW: x25519KeyType,
  X448ECDHKW: x448KeyType,
  BLS12381G2: bbsPlusKeyType,
  'BLS12381G2-SHA-256': bbsIetfKeyType,
  'ML-DSA-65': mlDsa65KeyType,
  [mlKem768Name]: mlKem768KeyType,
})

export type KeyTypeName = keyof typeof keyTypes & string

export const keyTypeNames = Object.keys(keyTypes) as KeyTypeName[]

export function isKeyTypeName(name: string): name is KeyTypeName {
  return name in keyTypes
}

const rows: Readonly<Record<KeyTypeName, KeyType>> = keyTypes

export const experimentalKeyTypeNames = keyTypeNames.filter(name => rows[name].experimental)

/**
 * The type of a new key.
 *
 * @param experimental the experimental ones that are offered
 * @throws KmsError UNSUPPORTED_KEY_TYPE
 */
export function parseKeyTypeName(name: string, experimental: ReadonlySet<KeyTypeName>): KeyTypeName {
  if (isKeyTypeName(name) && (!rows[name].experimental || experimental.has(name))) return name
  throw new KmsError('UNSUPPORTED_KEY_TYPE', 'key_type: not a key type of this server')
}

/** Freezes the rows, and leaves the table without a prototype: a look-up of `constructor` finds nothing. */
function table<Rows extends Record<string, KeyType>>(rows: Rows): Readonly<Rows> {
  return Object.freeze(Object.assign(Object.create(null), rows))
}
