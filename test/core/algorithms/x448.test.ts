import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { x448 } from '@keyhold/core/algorithms/x448.js'
import { x448 as noble } from '@noble/curves/ed448.js'
import fc from 'fast-check'
import t from 'tap'
import { der, integer, octets, oid, okpPkcs8, sequence } from '../../support/der.ts'
import { slowPropertyRuns } from '../../support/property-runs.ts'

const bytes = fc.uint8Array({ minLength: 56, maxLength: 56 })

await t.test('property: agrees as another implementation does', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (secret, other) => {
      const publicKey = noble.getPublicKey(other)
      const agreed = await x448.open(secret, noble.getPublicKey(secret)).agree(publicKey)
      return Buffer.compare(agreed, noble.getSharedSecret(secret, publicKey)) === 0
    }),
    slowPropertyRuns,
  )
})

await t.test('PKCS#8', async t => {
  const scalar = randomBytes(56)
  const withPublicKey = (bits: Uint8Array) =>
    sequence(integer(1), sequence(oid.x448), octets(octets(scalar)), der(0x81, Buffer.of(0), bits))
  const accepted: Record<string, Buffer> = {
    'RFC 8410 section 7': okpPkcs8(oid.x448, scalar),
    'with its public key': withPublicKey(noble.getPublicKey(scalar)),
    "Node's": generateKeyPairSync('x448').privateKey.export({ format: 'der', type: 'pkcs8' }),
  }
  for (const [name, encoded] of Object.entries(accepted)) {
    const { secret, publicKey } = x448.importSecret(encoded)
    const own = secret.lend(lent => noble.getPublicKey(lent))
    t.equal(Buffer.compare(publicKey, own), 0, name)
  }
  const refused: Record<string, Buffer> = {
    'an Ed448 key': generateKeyPairSync('ed448').privateKey.export({ format: 'der', type: 'pkcs8' }),
    'an X25519 key': okpPkcs8(oid.x25519, randomBytes(32)),
    '55 bytes': okpPkcs8(oid.x448, scalar.subarray(1)),
    '57 bytes': okpPkcs8(oid.x448, Buffer.concat([scalar, Buffer.of(0)])),
    'the public key of another': withPublicKey(randomBytes(56)),
    'a byte behind it': Buffer.concat([okpPkcs8(oid.x448, scalar), Buffer.of(0)]),
    'bare bytes': scalar,
  }
  for (const [name, encoded] of Object.entries(refused)) {
    t.equal(await outcome(async () => x448.importSecret(encoded)), 'INVALID_REQUEST', name)
  }
})

await t.test('points with which every key agrees on zero', async t => {
  // 0, 1 and -1, and the last one of them beyond the prime 2^448 - 2^224 - 1.
  const prime = 2n ** 448n - 2n ** 224n - 1n
  const points = [0n, 1n, prime - 1n, prime, prime + 1n].map(littleEndian)
  const scalar = randomBytes(56)
  const own = x448.open(scalar, noble.getPublicKey(scalar))
  for (const point of points) {
    t.equal(await outcome(async () => own.agree(point)), 'INVALID_REQUEST', point.toString('hex'))
    t.equal(await outcome(async () => x448.check(point)), 'INVALID_REQUEST', 'is not imported either')
  }
  t.equal(await outcome(async () => x448.check(noble.getPublicKey(scalar))), 'done')
})

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(112, '0'), 'hex').reverse()
}
