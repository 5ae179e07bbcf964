import { hkdfSha256 } from '../algorithms/hkdf.ts'
import { hmacSha256, sameBytes } from '../algorithms/hmac.ts'
import { canonicalBytes } from '../encoding/canonical.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'

const keyLength = 32

/** The lock key of one keystore, from the secret that its two shares combine to. The secret stays the caller's. */
export function userLockKey(secret: SecretBytes, keystoreId: string): SecretBytes {
  return new SecretBytes(derive(secret, 'keyhold/user-lock/v1', keystoreId))
}

/**
 * What a keystore remembers of its secret, to tell a wrong share before anything is locked or opened with it. Its key
 * is derived beside the lock key, so it says nothing about that one.
 */
export function shareCheckValue(secret: SecretBytes, keystoreId: string): Uint8Array {
  const key = derive(secret, 'keyhold/share-check/v1', keystoreId)
  try {
    return hmacSha256(key, Buffer.from('keyhold/share-check-value'))
  } finally {
    key.fill(0)
  }
}

/** Whether a secret is the one that a check value was made from. */
export function isShareCheckValue(checkValue: Uint8Array, secret: SecretBytes, keystoreId: string): boolean {
  return sameBytes(checkValue, shareCheckValue(secret, keystoreId))
}

/** Each keystore and each use has a key of its own, also where a user has one secret for all keystores. */
function derive(secret: SecretBytes, use: string, keystoreId: string): Uint8Array {
  const info = Buffer.concat([Buffer.from(use), canonicalBytes([keystoreId])])
  return secret.lend(bytes => hkdfSha256(bytes, info, keyLength))
}
