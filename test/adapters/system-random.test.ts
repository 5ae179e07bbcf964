import { systemRandom } from '@keyhold/adapters'
import t from 'tap'

await t.test('answers as many bytes as were asked for', async t => {
  const random = systemRandom()
  const lengths = [0, 1, 12, 23, 24, 25, 32, 37, 99, 4095, 4096, 4097, 10_000]
  t.strictSame(
    lengths.map(length => random(length).length),
    lengths,
  )
})

await t.test('never answers the same twice, across many refills', async t => {
  for (const length of [12, 24, 32]) {
    const random = systemRandom()
    const drawn = new Set(Array.from({ length: 2000 }, () => Buffer.from(random(length)).toString('hex')))
    t.equal(drawn.size, 2000, `${length} bytes`)
  }
  const [one, two] = [systemRandom(), systemRandom()]
  t.not(Buffer.from(one(24)).toString('hex'), Buffer.from(two(24)).toString('hex'), 'two generators')
})

await t.test('every byte is drawn, each about as often as the others', async t => {
  for (const length of [16, 32]) {
    const random = systemRandom()
    const counts = new Uint32Array(256)
    for (let i = 0; i < 65_536 / length; i += 1)
      for (const byte of random(length)) counts[byte] = (counts[byte] ?? 0) + 1
    // 256 are expected, with a standard deviation of 16: ten of them never happen by chance.
    t.ok(Math.min(...counts) > 96 && Math.max(...counts) < 416, `in draws of ${length}`)
  }
})

await t.test('what was drawn is the drawer’s alone', async t => {
  const random = systemRandom()
  const draws = Array.from({ length: 1000 }, (_, i) => random(i % 2 === 0 ? 12 : 32))
  const before = draws.map(bytes => Buffer.from(bytes).toString('hex'))
  draws.forEach((bytes, i) => {
    if (i % 3 === 0) bytes.fill(0)
  })
  const changed = draws.flatMap((bytes, i) =>
    i % 3 !== 0 && Buffer.from(bytes).toString('hex') !== before[i] ? [i] : [],
  )
  t.strictSame(changed, [], 'changing one changes no other')
  const fresh = Array.from({ length: 1000 }, () => Buffer.from(random(12)).toString('hex'))
  t.notOk(fresh.includes('00'.repeat(12)), 'nor what is drawn later')
  t.notOk(
    draws.some(bytes => bytes.length < bytes.buffer.byteLength),
    'no memory is shared with anything else',
  )
})

await t.test('a length that is none is refused, and harms no later draw', async t => {
  const random = systemRandom()
  random(12)
  for (const length of [-1, -24, Number.NaN, 12.5, Number.POSITIVE_INFINITY]) t.throws(() => random(length), RangeError)
  const drawn = Array.from({ length: 100 }, () => Buffer.from(random(12)).toString('hex'))
  t.equal(new Set(drawn).size, 100)
  t.ok(drawn.every(text => text.length === 24 && text !== '00'.repeat(12)))
})
