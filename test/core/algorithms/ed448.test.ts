import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { ed448KeyType } from '@keyhold/core/algorithms/ed448.js'
import { ed448 } from '@noble/curves/ed448.js'
import fc from 'fast-check'
import t from 'tap'
import { bits, der, integer, octets, oid, okpPkcs8, sequence } from '../../support/der.ts'
import { slowPropertyRuns } from '../../support/property-runs.ts'

const random = systemRandom()
const prime = ed448.Point.Fp.ORDER

await t.test('property: signs as another implementation does, and each verifies the other', async () => {
  const seedBytes = fc.uint8Array({ minLength: 57, maxLength: 57 })
  await fc.assert(
    fc.asyncProperty(seedBytes, fc.uint8Array({ maxLength: 200 }), async (seed, message) => {
      const { publicKey = seed } = ed448KeyType.importSecret(okpPkcs8(oid.ed448, seed), random)
      const signature = await ed448KeyType.signer(seed, publicKey).sign(message)
      const same = Buffer.compare(signature, ed448.sign(message, seed)) === 0
      const own = Buffer.compare(publicKey, ed448.getPublicKey(seed)) === 0
      return same && own && (await ed448KeyType.verifier(publicKey).verify(signature, message))
    }),
    slowPropertyRuns,
  )
})

await t.test('whatever is not the signature does not verify', async t => {
  const message = Buffer.from('message')
  const { secret, publicKey = message } = ed448KeyType.generate(random)
  const signature = (await secret?.spend(seed => ed448KeyType.signer(seed, publicKey).sign(message))) ?? message
  const verifier = ed448KeyType.verifier(publicKey)
  t.equal(signature.length, 114)
  t.equal(await verifier.verify(signature, message), true)
  const s = number(signature.subarray(57)) + ed448.Point.Fn.ORDER
  const wrong: [name: string, signature: Uint8Array][] = [
    ...[...signature.keys()].map((at): [string, Uint8Array] => [
      `a bit of byte ${at}`,
      signature.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte)),
    ]),
    ['nothing', new Uint8Array(0)],
    ['a byte less', signature.subarray(0, -1)],
    ['a byte more', Buffer.concat([signature, Buffer.alloc(1)])],
    ['S plus the order of the group', Buffer.concat([signature.subarray(0, 57), bytes(s)])],
  ]
  for (const [what, each] of wrong) t.equal(await verifier.verify(each, message), false, what)
  t.equal(await verifier.verify(signature, Buffer.from('messagf')), false, 'another message')
})

await t.test('keys that are refused', async t => {
  const seed = randomBytes(57)
  const right = okpPkcs8(oid.ed448, seed)
  const others = der(0x81, Uint8Array.of(0), ed448.getPublicKey(randomBytes(57)))
  const secrets: [name: string, encoded: Uint8Array][] = [
    ['the raw seed', seed],
    ['Ed25519', okpPkcs8(oid.ed25519, randomBytes(32))],
    ['X448', generateKeyPairSync('x448').privateKey.export({ format: 'der', type: 'pkcs8' })],
    ['a seed of 56 bytes', okpPkcs8(oid.ed448, seed.subarray(1))],
    ['a seed of 58 bytes', okpPkcs8(oid.ed448, Buffer.concat([seed, Buffer.alloc(1)]))],
    ['a trailing byte', Buffer.concat([right, Buffer.alloc(1)])],
    ["another one's public key beside", sequence(integer(1), sequence(oid.ed448), octets(octets(seed)), others)],
  ]
  for (const [what, encoded] of secrets) {
    t.equal(await outcome(async () => ed448KeyType.importSecret(encoded, random)), 'INVALID_REQUEST', what)
  }
  const publicKey = ed448.getPublicKey(seed)
  const publicKeys: [name: string, encoded: Uint8Array][] = [
    ['56 bytes', publicKey.subarray(1)],
    ['58 bytes', Buffer.concat([publicKey, Buffer.alloc(1)])],
    ['SubjectPublicKeyInfo', sequence(sequence(oid.ed448), bits(publicKey))],
    ['order 1', bytes(1n)],
    ['order 2', bytes(prime - 1n)],
    ['order 4', bytes(0n)],
    ['order 4, the other', bytes(1n << 455n)],
    ['order 1, y + p', bytes(prime + 1n)],
    ['order 1, negative zero', bytes(1n | (1n << 455n))],
    ['not on the curve', bytes(notOnTheCurve())],
    ['a bit too many', bytes(number(publicKey) | (1n << 448n))],
    ['all ones', Buffer.alloc(57, 0xff)],
  ]
  for (const [what, encoded] of publicKeys) {
    t.equal(await outcome(async () => ed448KeyType.publicPart.decode(encoded)), 'INVALID_REQUEST', what)
  }
  t.equal(ed448KeyType.publicPart.decode(publicKey), publicKey)
})

/** The first y to which there is no x. */
function notOnTheCurve(): bigint {
  for (let y = 2n; ; y += 1n) {
    try {
      ed448.Point.fromBytes(bytes(y))
    } catch {
      return y
    }
  }
}

/** Little-endian, as RFC 8032 has numbers. */
function bytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(114, '0'), 'hex').reverse()
}

function number(littleEndian: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`)
}
