import { generateKeyPair } from 'node:crypto'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import type { KeyMaterial } from './key-type.ts'

/**
 * How many keys are made at a time: each holds one of the four threads that the signatures, and the store's writes,
 * need as well, and a key of 4096 bits can hold it for many seconds.
 */
const atATime = 2

let running = 0
const waiting: (() => void)[] = []

/**
 * Makes an RSA key of two primes with the exponent 65537, off the event loop: an RSAPrivateKey and an RSAPublicKey (RFC
 * 8017 appendix A.1) in DER. The one key whose randomness is not ours to give: OpenSSL looks for the primes with its own
 * generator, and takes no seed.
 */
export async function generateRsaKey(modulusLength: number): Promise<Required<KeyMaterial>> {
  if (running >= atATime) await new Promise<void>(resolve => waiting.push(resolve))
  else running += 1
  try {
    return await generated(modulusLength)
  } finally {
    // Whoever waits takes over the place, so that nobody who comes later can.
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

function generated(modulusLength: number): Promise<Required<KeyMaterial>> {
  const form = { format: 'der', type: 'pkcs1' } as const
  const options = { modulusLength, publicExponent: 65537, publicKeyEncoding: form, privateKeyEncoding: form }
  return new Promise((resolve, reject) =>
    generateKeyPair('rsa', options, (error, publicKey: Buffer, privateKey: Buffer) =>
      error ? reject(error) : resolve({ publicKey, secret: new SecretBytes(privateKey) }),
    ),
  )
}
