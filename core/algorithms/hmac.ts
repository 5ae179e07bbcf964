import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import type { KeyMaterial, Mac, SynchronousKeyType } from './key-type.ts'
import { readOctJwk } from './secret-jwk.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

const keyLength = 32
/** Of the identifier that every MAC of a key begins with, so that the version that made it can be found. */
const identifierLength = 4

const purpose = { use: 'sig', algorithms: ['HS256'], operations: ['sign', 'verify'] } as const

/**
 * HMAC-SHA-256 (RFC 2104) as existing clients know it: a MAC is `01 ‖ 4-byte key identifier ‖ 32-byte HMAC`. The
 * identifier is random, fixed for the life of a key version and no secret. The stored form is `identifier ‖ key`.
 * An imported key may have 16 to 64 bytes: not less than 128 bits, not more than a block of the hash.
 */
export const hmacSha256KeyType: SynchronousKeyType = {
  family: 'mac',
  generate: random => ({ secret: new SecretBytes(random(identifierLength + keyLength)) }),
  importSecret,
  importJwk: (jwk, random) => importSecret(readOctJwk(jwk, purpose), random),
  mac(secret): Mac {
    const prefix = Buffer.concat([Uint8Array.of(0x01), secret.subarray(0, identifierLength)])
    const key = createSecretKey(secret.subarray(identifierLength))
    const compute = (data: Uint8Array) => Buffer.concat([prefix, createHmac('sha256', key).update(data).digest()])
    return { compute, verify: (mac, data) => sameBytes(mac, compute(data)) }
  },
}

function importSecret(encoded: Uint8Array, random: Random): KeyMaterial {
  if (encoded.length < 16 || encoded.length > 64) throw wrongKeyMaterial()
  return { secret: new SecretBytes(Buffer.concat([random(identifierLength), encoded])) }
}

export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(data).digest()
}

/** Compares in a time that depends on the lengths alone. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
