import { randomBytes } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import type { KeyType } from '@keyhold/core/algorithms/key-type.js'
import { mlDsa65KeyType } from '@keyhold/core/algorithms/ml-dsa.js'
import { encapsulate, isMlKemPublicKey, mlKem768KeyType } from '@keyhold/core/algorithms/ml-kem.js'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import t from 'tap'
import { der, integer, octets, oid, okpPkcs8, seedPkcs8, sequence } from '../../support/der.ts'
import { tools } from '../../support/tools.ts'

const none = new Uint8Array(0)
const generate = (type: KeyType) => type.generate(tools.random, undefined, tools.computation)
const importing = (type: KeyType, encoded: Uint8Array) => async () =>
  type.importSecret(encoded, tools.random, tools.computation)

const rows = [
  { name: 'ML-DSA-65', type: mlDsa65KeyType, noble: ml_dsa65, size: 32, other: 'ML-KEM-768' },
  { name: 'ML-KEM-768', type: mlKem768KeyType, noble: ml_kem768, size: 64, other: 'ML-DSA-65' },
] as const

for (const { name, type, noble, size, other } of rows) {
  const algorithm = oid[name]
  const seed = randomBytes(size)
  const { publicKey, secretKey } = noble.keygen(seed)
  const beside = (key: Uint8Array) => der(0x81, Uint8Array.of(0), key)
  const version1 = (key: Uint8Array) => sequence(integer(1), sequence(algorithm), octets(der(0x80, seed)), beside(key))
  const changed = Uint8Array.from(secretKey, (byte, at) => (at === secretKey.length - 1 ? byte ^ 1 : byte))

  t.test(`${name}: secrets that are imported`, async t => {
    const table: [what: string, encoded: Uint8Array][] = [
      ['a seed', seedPkcs8(algorithm, seed)],
      ['with the expanded key beside', seedPkcs8(algorithm, seed, secretKey)],
      ['with the public key beside', version1(publicKey)],
    ]
    for (const [what, encoded] of table) {
      const before = Buffer.from(encoded)
      const material = await type.importSecret(encoded, tools.random, tools.computation)
      t.equal(Buffer.compare(material.publicKey ?? none, publicKey), 0, what)
      const stored = material.secret?.lend(bytes => Buffer.from(bytes))
      t.strictSame(stored, seed, 'the seed alone is kept')
      t.strictSame(encoded, before, 'the encoding stays as it was')
    }
  })

  t.test(`${name}: secrets that are refused`, async t => {
    const right = seedPkcs8(algorithm, seed)
    const choice = (content: Uint8Array) => sequence(integer(0), sequence(algorithm), octets(content))
    const table: [what: string, encoded: Uint8Array][] = [
      ['nothing', none],
      ['the raw seed', seed],
      ['the expanded key alone, of which no seed is known', choice(octets(secretKey))],
      ['a seed as an OCTET STRING', choice(octets(seed))],
      ['the raw seed inside', choice(seed)],
      ['another algorithm', seedPkcs8(oid[other], seed)],
      ['parameters', sequence(integer(0), sequence(algorithm, der(0x05)), octets(der(0x80, seed)))],
      ['Ed25519', okpPkcs8(oid.ed25519, randomBytes(32))],
      ['a byte less', seedPkcs8(algorithm, seed.subarray(1))],
      ['a byte more', seedPkcs8(algorithm, Buffer.concat([seed, Buffer.of(0)]))],
      ['an empty seed', seedPkcs8(algorithm, none)],
      ['a trailing byte', Buffer.concat([right, Buffer.of(0)])],
      ['something behind the seed', choice(Buffer.concat([der(0x80, seed), octets(none)]))],
      ['an expanded key of another seed', seedPkcs8(algorithm, seed, noble.keygen(randomBytes(size)).secretKey)],
      ['an expanded key with a changed bit', seedPkcs8(algorithm, seed, changed)],
      ['an expanded key that is short', seedPkcs8(algorithm, seed, secretKey.subarray(1))],
      ['something behind both', choice(sequence(octets(seed), octets(secretKey), octets(none)))],
      ["another one's public key beside", version1(noble.keygen(randomBytes(size)).publicKey)],
    ]
    for (const [what, encoded] of table) t.equal(await outcome(importing(type, encoded)), 'INVALID_REQUEST', what)
  })

  t.test(`${name}: public keys have one length`, async t => {
    const { publicPart } = type
    t.strictSame(await publicPart?.decode(publicKey, tools.computation), publicKey)
    const wrong = [none, publicKey.subarray(1), Buffer.concat([publicKey, Buffer.of(0)]), randomBytes(32)]
    for (const each of wrong) {
      const decode = async () => publicPart?.decode(each, tools.computation)
      t.equal(await outcome(decode), 'INVALID_REQUEST', `${each.length}`)
    }
    const jwk = publicPart?.jwk(publicKey) ?? {}
    t.strictSame(Object.keys(jwk), ['alg', 'kty', 'pub'], 'in the order of RFC 7638')
    t.match(jwk, { alg: name, kty: 'AKP' })
  })

  t.test(`${name}: what is closed holds no seed`, async t => {
    const opened = type.signer?.(seed, publicKey, tools) ?? type.decapsulator?.(seed, publicKey, tools)
    opened?.close?.()
    t.not(Buffer.compare(seed, Buffer.alloc(size)), 0, 'the seed itself stays its owner’s')
  })
}

t.test('ML-DSA-65: whatever is not the signature does not verify', async t => {
  const { secret, publicKey = none } = await generate(mlDsa65KeyType)
  const message = Buffer.from('message')
  const signer = secret?.lend(seed => mlDsa65KeyType.signer?.(seed, publicKey, tools))
  const signature = (await signer?.sign(message)) ?? none
  const verifier = mlDsa65KeyType.verifier?.(publicKey, tools)
  t.equal(await verifier?.verify(signature, message), true)
  t.equal(ml_dsa65.verify(signature, message, publicKey), true)
  t.not(Buffer.compare((await signer?.sign(message)) ?? none, signature), 0, 'each one has its own randomness')
  const places = [0, 47, 48, 1000, 2000, 3247, 3248, 3308]
  const wrong: [what: string, signature: Uint8Array, over?: Uint8Array][] = [
    ...places.map((at): [string, Uint8Array] => [
      `a bit of byte ${at}`,
      signature.map((byte, i) => (i === at ? byte ^ 1 : byte)),
    ]),
    ['nothing', none],
    ['a byte less', signature.subarray(0, -1)],
    ['a byte more', Buffer.concat([signature, Buffer.of(0)])],
    ['another message', signature, Buffer.from('messagf')],
    ['another context', ml_dsa65.sign(message, ml_dsa65.keygen(randomBytes(32)).secretKey, { context: message })],
  ]
  for (const [what, each, over = message] of wrong) t.equal(await verifier?.verify(each, over), false, what)
})

t.test('ML-KEM-768: a ciphertext that was changed, or is none', async t => {
  const { secret, publicKey = none } = await generate(mlKem768KeyType)
  const decapsulator = secret?.lend(seed => mlKem768KeyType.decapsulator?.(seed, publicKey, tools))
  const made = await encapsulate(publicKey, tools)
  t.strictSame(await decapsulator?.decapsulate(made.ciphertext), made.secret)
  for (const at of [0, 500, 1087]) {
    const changed = made.ciphertext.map((byte, i) => (i === at ? byte ^ 1 : byte))
    const rejected = await decapsulator?.decapsulate(changed)
    t.equal(rejected?.length, 32, 'implicit rejection')
    t.not(Buffer.compare(rejected ?? none, made.secret), 0)
    t.strictSame(await decapsulator?.decapsulate(changed), rejected, 'which is always the same')
  }
  for (const each of [none, made.ciphertext.subarray(1), Buffer.concat([made.ciphertext, Buffer.of(0)])]) {
    t.equal(await decapsulator?.decapsulate(each), undefined, `${each.length} bytes`)
  }
})

t.test('ML-KEM-768: the coefficients of a public key are below the modulus', async t => {
  const { publicKey } = ml_kem768.keygen(randomBytes(64))
  const withCoefficient = (index: number, value: number) => {
    const copy = Uint8Array.from(publicKey)
    const at = 3 * (index >> 1)
    const [first = 0, second = 0, third = 0] = copy.subarray(at, at + 3)
    const pair = [first | ((second & 0x0f) << 8), (second >> 4) | (third << 4)]
    pair[index & 1] = value
    const [low = 0, high = 0] = pair
    copy.set([low & 0xff, (low >> 8) | ((high & 0x0f) << 4), high >> 4], at)
    return copy
  }
  for (const index of [0, 1, 2, 383, 766, 767]) {
    for (const [value, isRight] of [
      [0, true],
      [3328, true],
      [3329, false],
      [4095, false],
    ] as const) {
      const key = withCoefficient(index, value)
      t.equal(isMlKemPublicKey(key), isRight, `coefficient ${index}: ${value}`)
      const noble = await outcome(async () => ml_kem768.encapsulate(key))
      t.equal(noble === 'done', isRight, 'as the library says')
    }
  }
})
