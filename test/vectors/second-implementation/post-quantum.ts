import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { MlKem768 } from 'mlkem'
import { oid, seedPkcs8 } from '../../support/der.ts'
import { foreignThumbprint } from '../../support/foreign-key.ts'
import type { SecondSignatures } from './signatures.ts'

/** The DER of a SubjectPublicKeyInfo (RFC 9881 section 4) up to the public key. */
const spkiPrefix = Buffer.from('308207b2300b0609608648016503040312038207a100', 'hex')
const spki = (publicKey: Uint8Array) => Buffer.concat([spkiPrefix, publicKey])

/** ML-DSA-65 of OpenSSL, which Node has from version 24.7 on: undefined where it does not. */
export const secondMlDsa = whereItWorks<SecondSignatures>({
  newPrivateKey: () => randomBytes(32),
  pkcs8: seed => seedPkcs8(oid['ML-DSA-65'], seed),
  publicKeyOf: seed => createPublicKey(openSeed(seed)).export({ format: 'der', type: 'spki' }).subarray(-1952),
  sign: (message, seed) => sign(null, message, openSeed(seed)),
  verify: (signature, message, publicKey) =>
    verify(null, message, createPublicKey({ format: 'der', type: 'spki', key: spki(publicKey) }), signature),
  encodePublicKey: publicKey => publicKey,
  decodePublicKey: exported => exported,
  thumbprint: publicKey => foreignThumbprint('ML-DSA-65', Buffer.from(publicKey)),
})

function openSeed(seed: Uint8Array) {
  return createPrivateKey({ format: 'der', type: 'pkcs8', key: seedPkcs8(oid['ML-DSA-65'], seed) })
}

function whereItWorks<T extends SecondSignatures>(second: T): T | undefined {
  try {
    second.publicKeyOf(new Uint8Array(32))
    return second
  } catch {
    return undefined
  }
}

/** ML-KEM-768 as the package mlkem has it. */
export const secondMlKem = new MlKem768()
