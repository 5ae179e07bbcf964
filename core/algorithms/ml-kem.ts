import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import type { MlKemJob } from '../ports/index.ts'
import type { KeyType, Tools } from './key-type.ts'
import { made, seedKeys } from './seed-key.ts'

export const mlKem768Name = 'ML-KEM-768'
const scheme = 'ml-kem-768'
/** FIPS 203 table 3. */
const lengths = { publicKey: 1184, ciphertext: 1088 }
/** Of the coefficients, each of which has 12 bits: 3 polynomials of 256. What is behind them is a seed. */
const encodedCoefficients = (3 * 256 * 12) / 8
const modulus = 3329

/** ML-KEM-768 (FIPS 203). The secret is the seed, d and z. */
export const mlKem768KeyType: KeyType = {
  family: 'key-encapsulation',
  experimental: true,
  ...seedKeys({
    scheme,
    alg: mlKem768Name,
    oid: Buffer.from('0609608648016503040402', 'hex'),
    multicodec: 0x120c,
    purpose: { use: 'enc', operations: ['unwrapKey', 'deriveKey', 'deriveBits'] },
    seedLength: 64,
    isPublicKey: isMlKemPublicKey,
  }),
  decapsulator(lent, _publicKey, { computation }) {
    const secret = Uint8Array.from(lent)
    return {
      async decapsulate(ciphertext) {
        if (ciphertext.length !== lengths.ciphertext) return undefined
        return computation.run({ scheme, operation: 'decapsulate', secret, ciphertext })
      },
      close: () => secret.fill(0),
    }
  },
}

/** The check of the modulus and of the length (FIPS 203 section 7.2), for whoever encapsulates. */
export function isMlKemPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== lengths.publicKey) return false
  for (let at = 0; at < encodedCoefficients; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3)
    if (first + ((second & 0x0f) << 8) >= modulus || (second >> 4) + (third << 4) >= modulus) return false
  }
  return true
}

/** Makes a secret that is shared with the holder of a public key, which has passed the check. The caller wipes it. */
export async function encapsulate(
  publicKey: Uint8Array,
  { random, computation }: Tools,
): Promise<{ readonly ciphertext: Uint8Array; readonly secret: Uint8Array }> {
  const both = await made(computation.run({ scheme, operation: 'encapsulate', publicKey, random: random(32) }))
  return { ciphertext: both.subarray(0, lengths.ciphertext), secret: both.subarray(lengths.ciphertext) }
}

/** As `compute`. */
export function computeMlKem(job: MlKemJob): Uint8Array | undefined {
  if (job.operation === 'encapsulate') {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(job.publicKey, job.random)
    const both = new Uint8Array(cipherText.length + sharedSecret.length)
    both.set(cipherText)
    both.set(sharedSecret, cipherText.length)
    sharedSecret.fill(0)
    return both
  }
  const { publicKey, secretKey } = ml_kem768.keygen(job.secret)
  if (job.operation === 'privateKey') return secretKey
  try {
    return job.operation === 'decapsulate' ? ml_kem768.decapsulate(job.ciphertext, secretKey) : publicKey
  } finally {
    secretKey.fill(0)
  }
}
