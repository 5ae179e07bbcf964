import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import type { MlDsaJob } from '../ports/index.ts'
import type { KeyType } from './key-type.ts'
import { made, seedKeys } from './seed-key.ts'

const scheme = 'ml-dsa-65'
/** FIPS 204 table 2. */
const lengths = { publicKey: 1952, signature: 3309 }

/**
 * ML-DSA-65 (FIPS 204), pure, hedged, with the empty context. The secret is the seed.
 */
export const mlDsa65KeyType: KeyType = {
  family: 'signature',
  experimental: true,
  ...seedKeys({
    scheme,
    alg: 'ML-DSA-65',
    oid: Buffer.from('0609608648016503040312', 'hex'),
    multicodec: 0x1211,
    purpose: { use: 'sig', operations: ['sign'] },
    seedLength: 32,
    // Each bit of it is a part of a number that may be any (FIPS 204 algorithm 23).
    isPublicKey: bytes => bytes.length === lengths.publicKey,
  }),
  signer(lent, _publicKey, { random, computation }) {
    const secret = Uint8Array.from(lent)
    return {
      sign: message => made(computation.run({ scheme, operation: 'sign', secret, message, random: random(32) })),
      close: () => secret.fill(0),
    }
  },
  verifier: (publicKey, { computation }) => ({
    async verify(signature, message) {
      if (signature.length !== lengths.signature) return false
      return (await computation.run({ scheme, operation: 'verify', publicKey, signature, message })) !== undefined
    },
  }),
}

/** As `compute`. A private key is expanded for each signature: that is a fifth of it, and leaves nothing to be kept. */
export function computeMlDsa(job: MlDsaJob): Uint8Array | undefined {
  if (job.operation === 'verify') {
    return ml_dsa65.verify(job.signature, job.message, job.publicKey) ? new Uint8Array(0) : undefined
  }
  const { publicKey, secretKey } = ml_dsa65.keygen(job.secret)
  if (job.operation === 'privateKey') return secretKey
  try {
    return job.operation === 'sign' ? ml_dsa65.sign(job.message, secretKey, { extraEntropy: job.random }) : publicKey
  } finally {
    secretKey.fill(0)
  }
}
