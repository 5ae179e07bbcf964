import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { SecretBytes } from '@keyhold/core'
import { calculateJwkThumbprint, type JWK } from 'jose'

/** The key that a vault's documents are encrypted to. */
export interface RecipientKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string
}

/** PKCS#8 of a P-256 key up to its scalar, without the public key, which OpenSSL computes. */
const pkcs8Head = Buffer.from('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', 'hex')

/** @throws Error if that is no scalar on P-256 */
export async function importRecipientKey(scalar: SecretBytes): Promise<RecipientKey> {
  const key = scalar.lend(bytes => {
    // The import alone takes scalars that are larger than the order of the curve.
    createECDH('prime256v1').setPrivateKey(bytes)
    return Buffer.concat([pkcs8Head, bytes])
  })
  try {
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    const publicKey = createPublicKey(privateKey)
    const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK)
    return { privateKey, publicKey, kid }
  } finally {
    key.fill(0)
  }
}
