import type { KeyTypeName } from '@keyhold/core'
import { ed448 } from '@noble/curves/ed448.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { jwkThumbprint, pkcs8, pointOfSpki, spki } from '../../support/encoded-keys.ts'
import { secondMlDsa } from './post-quantum.ts'
import { rsa } from './rsa.ts'

/** A signature scheme elsewhere, with keys in whatever form they have there. */
export interface SecondSignatures {
  newPrivateKey(): Uint8Array
  /** The private key as it is imported. */
  pkcs8(privateKey: Uint8Array): Uint8Array
  publicKeyOf(privateKey: Uint8Array): Uint8Array
  sign(message: Uint8Array, privateKey: Uint8Array): Uint8Array
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  /** The service's export form of a public key. */
  encodePublicKey(publicKey: Uint8Array): Uint8Array
  decodePublicKey(exported: Uint8Array): Uint8Array
  /** The JWK thumbprint (RFC 7638). */
  thumbprint(publicKey: Uint8Array): string
}

/** As noble has it: private keys are raw, and public keys, too. */
function edwards(crv: 'Ed25519' | 'Ed448'): SecondSignatures {
  const noble = { Ed25519: ed25519, Ed448: ed448 }[crv]
  return {
    newPrivateKey: () => noble.utils.randomSecretKey(),
    pkcs8: privateKey => pkcs8(crv, privateKey, noble.getPublicKey(privateKey)),
    publicKeyOf: privateKey => noble.getPublicKey(privateKey),
    sign: (message, privateKey) => noble.sign(message, privateKey),
    verify: (signature, message, publicKey) => noble.verify(signature, message, publicKey, { zip215: false }),
    encodePublicKey: publicKey => publicKey,
    decodePublicKey: exported => exported,
    thumbprint: publicKey => jwkThumbprint(crv, publicKey),
  }
}

const nobleCurves = { 'P-256': p256, 'P-384': p384, 'P-521': p521, secp256k1 } as const

/**
 * Each curve with the hash of its own size. Deterministic nonces are not asked for; a low s is asked of the service on
 * secp256k1 alone, and never of what is signed elsewhere.
 */
function ecdsa(curve: keyof typeof nobleCurves, format: 'der' | 'compact'): SecondSignatures {
  const noble = nobleCurves[curve]
  const options = { format, lowS: false }
  const asked = { format, lowS: curve === 'secp256k1' }
  return {
    newPrivateKey: () => noble.utils.randomSecretKey(),
    pkcs8: privateKey => pkcs8(curve, privateKey, noble.getPublicKey(privateKey, false)),
    publicKeyOf: privateKey => noble.getPublicKey(privateKey, false),
    sign: (message, privateKey) => noble.sign(message, privateKey, { ...options, extraEntropy: true }),
    verify: (signature, message, publicKey) => noble.verify(signature, message, publicKey, asked),
    encodePublicKey: point => (format === 'der' ? spki(curve, point) : point),
    decodePublicKey: exported => (format === 'der' ? pointOfSpki(exported) : exported),
    thumbprint: point => jwkThumbprint(curve, point),
  }
}

export const secondSignatures = {
  ED25519: edwards('Ed25519'),
  ED448: edwards('Ed448'),
  ECDSAP256DER: ecdsa('P-256', 'der'),
  ECDSAP384DER: ecdsa('P-384', 'der'),
  ECDSAP521DER: ecdsa('P-521', 'der'),
  ECDSAP256IEEEP1363: ecdsa('P-256', 'compact'),
  ECDSAP384IEEEP1363: ecdsa('P-384', 'compact'),
  ECDSAP521IEEEP1363: ecdsa('P-521', 'compact'),
  ECDSASecp256k1DER: ecdsa('secp256k1', 'der'),
  ECDSASecp256k1IEEEP1363: ecdsa('secp256k1', 'compact'),
  RSARS256: rsa('pkcs1'),
  RSAPS256: rsa('pss'),
  ...(secondMlDsa && { 'ML-DSA-65': secondMlDsa }),
} as const satisfies Partial<Record<KeyTypeName, SecondSignatures>>
