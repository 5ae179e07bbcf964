import { randomBytes } from 'node:crypto'
import { systemRandom } from '@keyhold/adapters'
import { deriveKek, findWrapAlgorithm } from '@keyhold/core/algorithms/key-wrap.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import t from 'tap'

const random = systemRandom()
const names = [
  'ECDH-ES+A256KW',
  'ECDH-ES+XC20PKW',
  'ECDH-1PU+A128KW',
  'ECDH-1PU+A192KW',
  'ECDH-1PU+A256KW',
  'ECDH-1PU+XC20PKW',
] as const
const algorithms = names.map(name => findWrapAlgorithm(name) ?? missing(name))

await t.test('RFC 3394 section 4: the vectors whose KEK an algorithm here has', async t => {
  const kek = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
  const key = '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f'
  const vectors = [
    ['4.1', 'ECDH-1PU+A128KW', 16, 16, '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5'],
    ['4.2', 'ECDH-1PU+A192KW', 24, 16, '96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d'],
    ['4.3', 'ECDH-1PU+A256KW', 32, 16, '64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7'],
    [
      '4.6',
      'ECDH-ES+A256KW',
      32,
      32,
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
    ],
  ] as const
  for (const [section, name, kekLength, keyLength, wrapped] of vectors) {
    const algorithm = findWrapAlgorithm(name) ?? missing(name)
    const [kekBytes, keyBytes] = [hexToBytes(kek.slice(0, 2 * kekLength)), hexToBytes(key.slice(0, 2 * keyLength))]
    t.equal(bytesToHex(algorithm.wrap(kekBytes, keyBytes, random)), wrapped, section)
    t.equal(bytesToHex(algorithm.unwrap(kekBytes, hexToBytes(wrapped)) ?? new Uint8Array(0)), bytesToHex(keyBytes))
  }
})

await t.test('whatever bit is flipped, and whatever is cut, it does not open', async t => {
  for (const algorithm of algorithms) {
    const [kek, key] = [randomBytes(algorithm.kekLength), randomBytes(32)]
    const wrapped = algorithm.wrap(kek, key, random)
    t.same(algorithm.unwrap(kek, wrapped), key, algorithm.name)
    const opened: string[] = []
    for (const at of wrapped.keys()) {
      const flipped = wrapped.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))
      if (algorithm.unwrap(kek, flipped) !== undefined) opened.push(`bit of byte ${at}`)
      if (algorithm.unwrap(kek, wrapped.subarray(0, at)) !== undefined) opened.push(`cut at ${at}`)
    }
    if (algorithm.unwrap(randomBytes(algorithm.kekLength), wrapped) !== undefined) opened.push('another KEK')
    t.strictSame(opened, [], algorithm.name)
  }
})

await t.test('everything goes into the KEK', async t => {
  const info = { apu: Buffer.from('a'), apv: Buffer.from('b'), tag: Buffer.from('c') }
  const secrets = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const keks = new Set<string>()
  for (const algorithm of algorithms) {
    const changes = [
      info,
      { ...info, apu: Buffer.from('x') },
      { ...info, apv: Buffer.from('x') },
      { ...info, apu: Buffer.from('ab'), apv: Buffer.alloc(0) },
      ...(algorithm.establishment === 'ECDH-1PU'
        ? [
            { ...info, tag: Buffer.from('x') },
            { ...info, tag: Buffer.alloc(0) },
          ]
        : []),
    ]
    for (const change of changes) keks.add(bytesToHex(deriveKek(algorithm, secrets, change)))
    keks.add(bytesToHex(deriveKek(algorithm, secrets.toReversed(), info)))
    t.equal(deriveKek(algorithm, secrets, info).length, algorithm.kekLength)
  }
  t.equal(keks.size, 2 * 5 + 4 * 7, 'and each is another')
  const [es] = algorithms
  const withTag = (tag: string) =>
    bytesToHex(deriveKek(es ?? missing('ES'), secrets, { ...info, tag: Buffer.from(tag) }))
  t.equal(withTag('c'), withTag('x'), 'but the tag, of which ECDH-ES knows nothing')
})

await t.test('names of nothing', async t => {
  for (const name of ['', 'ECDH-ES', 'A256KW', 'ecdh-es+a256kw', 'constructor', '__proto__', 'toString']) {
    t.equal(findWrapAlgorithm(name), undefined, name)
  }
})

function missing(name: string): never {
  throw new Error(`there is no ${name}`)
}
