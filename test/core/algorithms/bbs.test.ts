import { outcome } from '@keyhold/contract'
import { readG1, readScalar, writeScalar } from '@keyhold/core/algorithms/bbs/curve.js'
import { readProof2020, writeProof2020 } from '@keyhold/core/algorithms/bbs/proof-2020.js'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import t from 'tap'
import { tools } from '../../support/tools.ts'
import { proofs } from '../../vectors/published/bbs-plus.ts'

const { Fp, Fp2, Fr } = bls12_381.fields
const bytes = (text: string) => Buffer.from(text, 'base64')
const number = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')

/** Points of the curves that are in no subgroup: those of the first small x that has a y. */
const strayG1 = (): Buffer => {
  for (let x = 1n; ; x += 1n) {
    if (!isSquare(Fp, Fp.add(Fp.pow(x, 3n), 4n))) continue
    const point = Buffer.from(Fp.toBytes(x))
    point[0] = (point[0] ?? 0) | 0x80
    return point
  }
}
const strayG2 = (): Buffer => {
  for (let c0 = 1n; ; c0 += 1n) {
    const x = Fp2.create({ c0, c1: 0n })
    if (!isSquare(Fp2, Fp2.add(Fp2.pow(x, 3n), Fp2.create({ c0: 4n, c1: 4n })))) continue
    const point = Buffer.concat([Fp.toBytes(0n), Fp.toBytes(c0)])
    point[0] = (point[0] ?? 0) | 0x80
    return point
  }
}

function isSquare<T>(field: { sqrt(value: T): T }, value: T): boolean {
  try {
    field.sqrt(value)
    return true
  } catch {
    return false
  }
}

for (const type of ['BLS12381G2', 'BLS12381G2-SHA-256'] as const) {
  const { generate, importSecret, publicPart } = keyTypes[type]

  t.test(`${type}: a secret is a scalar that is not zero, below the order`, async t => {
    const refused = [
      ['zero', number(0n)],
      ['the order', number(Fr.ORDER)],
      ['more than the order', Buffer.alloc(32, 0xff)],
      ['31 bytes', Buffer.alloc(31, 1)],
      ['33 bytes', Buffer.alloc(33, 1)],
      ['nothing', Buffer.alloc(0)],
    ] as const
    for (const [name, secret] of refused) {
      await t.rejects(
        async () => importSecret(secret, tools.random, tools.computation),
        { code: 'INVALID_REQUEST' },
        name,
      )
    }
    for (const scalar of [1n, Fr.ORDER - 1n]) {
      const { secret, publicKey } = await importSecret(number(scalar), tools.random, tools.computation)
      t.strictSame(
        secret?.lend(lent => Buffer.from(lent)),
        number(scalar),
      )
      t.strictSame(publicKey, bls12_381.G2.Point.BASE.multiply(scalar).toBytes())
    }
  })

  t.test(`${type}: a public key is a compressed point of the subgroup`, async t => {
    const { publicKey = new Uint8Array(0) } = await generate(tools.random, undefined, tools.computation)
    t.strictSame(await publicPart?.decode(publicKey, tools.computation), publicKey)
    const point = bls12_381.G2.Point.fromBytes(publicKey)
    const refused = [
      ['the identity', Buffer.concat([Buffer.of(0xc0), Buffer.alloc(95)])],
      ['zeros', Buffer.alloc(96)],
      ['outside of the subgroup', strayG2()],
      ['uncompressed', point.toBytes(false)],
      ['of G1', bls12_381.G1.Point.BASE.toBytes()],
      ['without its flag', Buffer.concat([Buffer.of((publicKey[0] ?? 0) & 0x7f), publicKey.subarray(1)])],
      ['a byte too few', publicKey.subarray(1)],
      ['a byte too many', Buffer.concat([publicKey, Buffer.of(0)])],
    ] as const
    for (const [name, encoded] of refused) {
      t.equal(await outcome(async () => publicPart?.decode(encoded, tools.computation)), 'INVALID_REQUEST', name)
    }
  })
}

t.test('points and scalars have one encoding', async t => {
  t.equal(readG1(strayG1()), undefined, 'a point outside of the subgroup')
  t.equal(readG1(Buffer.concat([Buffer.of(0xc0), Buffer.alloc(47)])), undefined, 'the identity')
  t.equal(readScalar(number(Fr.ORDER)), undefined)
  t.equal(readScalar(number(Fr.ORDER - 1n)), Fr.ORDER - 1n)
  t.strictSame(Buffer.from(writeScalar(7n)), number(7n))
})

t.test('a proof says how many messages there are, and which are revealed', async t => {
  for (const { proof, count, revealed } of proofs) {
    const read = readProof2020(bytes(proof))
    t.match(read, { count, revealed })
    t.strictSame(read && Buffer.from(writeProof2020(read)), bytes(proof), 'and is written as it was')
  }
  const [{ proof = '' } = {}] = proofs
  const head = bytes(proof).subarray(0, 3).toString('hex')
  t.equal(head, '000201')
  const changed = (hex: string) => Buffer.concat([Buffer.from(hex, 'hex'), bytes(proof).subarray(3)])
  for (const hex of ['000001', '000301', '000200', '000203', '000209', '000281', '000801', 'ffff01']) {
    t.equal(readProof2020(changed(hex)), undefined, hex)
  }
})
