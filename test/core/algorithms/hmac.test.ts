import { randomBytes } from 'node:crypto'
import { systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { hmacSha256, hmacSha256KeyType, sameBytes } from '@keyhold/core/algorithms/hmac.js'
import type { Mac } from '@keyhold/core/algorithms/key-type.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../support/property-runs.ts'

const identifier = fc.uint8Array({ minLength: 4, maxLength: 4 })
const key = fc.uint8Array({ minLength: 16, maxLength: 64 })
const data = fc.uint8Array({ maxLength: 200 })

await t.test('property: 01, the identifier, and what another implementation computes', async () => {
  fc.assert(
    fc.property(identifier, key, data, (identifier, key, data) => {
      const expected = Buffer.concat([Uint8Array.of(0x01), identifier, hmac(sha256, key, data)])
      const mac = open(Buffer.concat([identifier, key]))
      return Buffer.compare(mac.compute(data), expected) === 0 && mac.verify(expected, data)
    }),
    propertyRuns,
  )
})

await t.test('property: the bare function', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), data, (key, data) => {
      return Buffer.compare(hmacSha256(key, data), hmac(sha256, key, data)) === 0
    }),
    propertyRuns,
  )
})

await t.test('whatever is not the MAC does not verify', async t => {
  const mac = open(randomBytes(36))
  const data = Buffer.from('data')
  const right = mac.compute(data)
  const verified: string[] = []
  const attempt = (name: string, each: Uint8Array, over: Uint8Array = data, by = mac) => {
    if (by.verify(each, over)) verified.push(name)
  }
  for (const at of right.keys()) {
    attempt(
      `bit of byte ${at}`,
      right.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte)),
    )
    attempt(`cut at ${at}`, right.subarray(0, at))
    attempt(`without ${at + 1}`, right.subarray(at + 1))
  }
  attempt('a byte more', Buffer.concat([right, Buffer.alloc(1)]))
  attempt('twice', Buffer.concat([right, right]))
  attempt('other data', right, Buffer.from('dat'))
  attempt('no data', right, Buffer.alloc(0))
  attempt("another key's", open(randomBytes(36)).compute(data))
  attempt('by another key', right, data, open(randomBytes(36)))
  t.strictSame(verified, [])
  t.ok(mac.verify(right, data), 'the MAC itself verifies')
})

await t.test('a key has its own random identifier, and 32 random bytes', async t => {
  const drawn: number[] = []
  const { secret, publicKey } = hmacSha256KeyType.generate(length => {
    drawn.push(length)
    return new Uint8Array(length).fill(drawn.length)
  })
  t.equal(publicKey, undefined)
  t.equal(secret?.length, 36)
  t.equal(
    drawn.reduce((sum, length) => sum + length),
    36,
    'all of it was drawn',
  )
})

await t.test('keys of 16 to 64 bytes are imported, and get an identifier', async t => {
  const random = systemRandom()
  for (const length of [0, 1, 15, 16, 17, 32, 63, 64, 65, 128, 1000]) {
    const expected = length >= 16 && length <= 64 ? 'done' : 'INVALID_REQUEST'
    const importing = async () => hmacSha256KeyType.importSecret(randomBytes(length), random)
    t.equal(await outcome(importing), expected, `${length} bytes`)
  }
  const given = randomBytes(20)
  const { secret } = hmacSha256KeyType.importSecret(given, length => new Uint8Array(length).fill(9))
  t.equal(
    secret?.lend(bytes => Buffer.from(bytes).toString('hex')),
    `09090909${given.toString('hex')}`,
  )
})

await t.test('bytes are the same only if all are', async t => {
  const pairs: [a: number[], b: number[], same: boolean][] = [
    [[], [], true],
    [[1, 2], [1, 2], true],
    [[1, 2], [1, 3], false],
    [[1, 2], [1], false],
    [[], [0], false],
    [[0], [0, 0], false],
  ]
  for (const [a, b, same] of pairs) t.equal(sameBytes(Uint8Array.from(a), Uint8Array.from(b)), same, `${a} and ${b}`)
})

function open(secret: Uint8Array): Mac {
  const mac = hmacSha256KeyType.mac?.(secret, new Uint8Array(0))
  if (mac === undefined) throw new Error('no MAC')
  return mac
}
