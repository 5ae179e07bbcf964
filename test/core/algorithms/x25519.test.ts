import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { x25519 } from '@keyhold/core/algorithms/x25519.js'
import { x25519 as noble } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import t from 'tap'
import { der, ecPkcs8, integer, octets, oid, okpPkcs8, sequence } from '../../support/der.ts'
import { propertyRuns } from '../../support/property-runs.ts'

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })

await t.test('property: agrees as another implementation does', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (secret, other) => {
      const publicKey = noble.getPublicKey(other)
      const agreed = await x25519.open(secret, noble.getPublicKey(secret)).agree(publicKey)
      return Buffer.compare(agreed, noble.getSharedSecret(secret, publicKey)) === 0
    }),
    propertyRuns,
  )
})

await t.test('a generated key is the random bytes, and its public key is theirs', async t => {
  const scalar = randomBytes(32)
  const { secret, publicKey } = x25519.generate(() => Uint8Array.from(scalar))
  t.same(Buffer.from(secret.lend(lent => Uint8Array.from(lent))), scalar)
  t.same(Buffer.from(publicKey), Buffer.from(noble.getPublicKey(scalar)))
})

await t.test('PKCS#8', async t => {
  const scalar = randomBytes(32)
  const publicKey = Buffer.from(noble.getPublicKey(scalar))
  const withPublicKey = (bits: Uint8Array) =>
    sequence(integer(1), sequence(oid.x25519), octets(octets(scalar)), der(0x81, Buffer.of(0), bits))
  const accepted: Record<string, Buffer> = {
    'RFC 8410 section 7': okpPkcs8(oid.x25519, scalar),
    'with its public key': withPublicKey(publicKey),
    "Node's": generateKeyPairSync('x25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
  }
  for (const [name, encoded] of Object.entries(accepted)) {
    const { secret, publicKey: own } = x25519.importSecret(encoded)
    t.same(
      own,
      secret.lend(lent => noble.getPublicKey(lent)),
      name,
    )
  }
  const refused: Record<string, Buffer> = {
    'an Ed25519 key': okpPkcs8(oid.ed25519, scalar),
    'a P-256 key': ecPkcs8(oid['P-256'], scalar),
    '31 bytes': okpPkcs8(oid.x25519, scalar.subarray(1)),
    '33 bytes': okpPkcs8(oid.x25519, Buffer.concat([scalar, Buffer.of(0)])),
    'the public key of another': withPublicKey(randomBytes(32)),
    'a byte behind it': Buffer.concat([okpPkcs8(oid.x25519, scalar), Buffer.of(0)]),
    'bare bytes': scalar,
  }
  for (const [name, encoded] of Object.entries(refused)) {
    t.equal(await outcome(async () => x25519.importSecret(encoded)), 'INVALID_REQUEST', name)
  }
})

await t.test('points with which every key agrees on zero', async t => {
  const points = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map(hex => Buffer.from(hex, 'hex'))
  const scalar = randomBytes(32)
  const own = x25519.open(scalar, noble.getPublicKey(scalar))
  for (const point of points) {
    t.equal(await outcome(async () => own.agree(point)), 'INVALID_REQUEST', point.toString('hex'))
    t.equal(await outcome(async () => x25519.check(point)), 'INVALID_REQUEST', 'is not imported either')
  }
  t.equal(await outcome(async () => x25519.check(noble.getPublicKey(scalar))), 'done')
})
