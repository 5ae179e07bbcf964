import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { x448 } from '@keyhold/core/algorithms/x448.js'
import { x25519 } from '@keyhold/core/algorithms/x25519.js'
import { x448 as nobleX448 } from '@noble/curves/ed448.js'
import { x25519 as nobleX25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import t from 'tap'
import { der, ecPkcs8, integer, octets, oid, okpPkcs8, sequence } from '../../support/der.ts'
import { propertyRuns, slowPropertyRuns } from '../../support/property-runs.ts'

const prime448 = 2n ** 448n - 2n ** 224n - 1n

const curves = [
  {
    name: 'X25519',
    curve: x25519,
    noble: nobleX25519,
    size: 32,
    own: oid.x25519,
    nodes: generateKeyPairSync('x25519'),
    others: {
      'an Ed25519 key': okpPkcs8(oid.ed25519, randomBytes(32)),
      'an X448 key': okpPkcs8(oid.x448, randomBytes(56)),
    },
    runs: propertyRuns,
    ofLowOrder: [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ].map(hex => Buffer.from(hex, 'hex')),
  },
  {
    name: 'X448',
    curve: x448,
    noble: nobleX448,
    size: 56,
    own: oid.x448,
    nodes: generateKeyPairSync('x448'),
    others: {
      'an Ed448 key': okpPkcs8(oid.ed448, randomBytes(57)),
      'an X25519 key': okpPkcs8(oid.x25519, randomBytes(32)),
    },
    runs: slowPropertyRuns,
    // 0, 1 and -1, and those of them that can be written once more, beyond the prime.
    ofLowOrder: [0n, 1n, prime448 - 1n, prime448, prime448 + 1n].map(littleEndian448),
  },
] as const

for (const { name, curve, noble, size, own, nodes, others, runs, ofLowOrder } of curves) {
  await t.test(`property: ${name} agrees as another implementation does`, async () => {
    const bytes = fc.uint8Array({ minLength: size, maxLength: size })
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (secret, other) => {
        const publicKey = noble.getPublicKey(other)
        const agreed = await curve.open(secret).agree(publicKey)
        return Buffer.compare(agreed, noble.getSharedSecret(secret, publicKey)) === 0
      }),
      runs,
    )
  })

  await t.test(`${name}: a generated key is the random bytes, and its public key is theirs`, async t => {
    const scalar = randomBytes(size)
    const { secret, publicKey } = curve.generate(() => Uint8Array.from(scalar))
    t.same(Buffer.from(secret.lend(lent => Uint8Array.from(lent))), scalar)
    t.same(Buffer.from(publicKey), Buffer.from(noble.getPublicKey(scalar)))
  })

  await t.test(`${name}: PKCS#8`, async t => {
    const scalar = randomBytes(size)
    const withPublicKey = (bits: Uint8Array) =>
      sequence(integer(1), sequence(own), octets(octets(scalar)), der(0x81, Buffer.of(0), bits))
    const accepted: Record<string, Buffer> = {
      'RFC 8410 section 7': okpPkcs8(own, scalar),
      'with its public key': withPublicKey(noble.getPublicKey(scalar)),
      "Node's": nodes.privateKey.export({ format: 'der', type: 'pkcs8' }),
    }
    for (const [what, encoded] of Object.entries(accepted)) {
      const { secret, publicKey } = curve.importSecret(encoded)
      t.equal(
        Buffer.compare(
          publicKey,
          secret.lend(lent => noble.getPublicKey(lent)),
        ),
        0,
        what,
      )
    }
    const refused: Record<string, Buffer> = {
      ...others,
      'a P-256 key': ecPkcs8(oid['P-256'], randomBytes(32)),
      'a byte less': okpPkcs8(own, scalar.subarray(1)),
      'a byte more': okpPkcs8(own, Buffer.concat([scalar, Buffer.of(0)])),
      'the public key of another': withPublicKey(randomBytes(size)),
      'a byte behind it': Buffer.concat([okpPkcs8(own, scalar), Buffer.of(0)]),
      'bare bytes': scalar,
    }
    for (const [what, encoded] of Object.entries(refused)) {
      t.equal(await outcome(async () => curve.importSecret(encoded)), 'INVALID_REQUEST', what)
    }
  })

  await t.test(`${name}: points with which every key agrees on zero`, async t => {
    const scalar = randomBytes(size)
    const key = curve.open(scalar)
    for (const point of ofLowOrder) {
      t.equal(await outcome(async () => key.agree(point)), 'INVALID_REQUEST', point.toString('hex'))
      t.equal(await outcome(async () => curve.check(point)), 'INVALID_REQUEST', 'is not imported either')
    }
    t.equal(await outcome(async () => curve.check(noble.getPublicKey(scalar))), 'done')
  })
}

function littleEndian448(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(112, '0'), 'hex').reverse()
}
