import { Gf256 } from '@keyhold/core/shamir/gf256.js'
import t from 'tap'

const elements = Array.from({ length: 256 }, (_, element) => element)

await t.test('the powers of a generator are those of the published tables', async t => {
  // The first entries of the exponential tables of go-shamir (0xe5) and of secrets.js (2).
  const tables: [polynomial: number, generator: number, powers: string][] = [
    [0x11b, 0xe5, '01e54cb5fb9ffc12'],
    [0x11d, 2, '01020408102040801d3a74e8cd8713264c'],
  ]
  for (const [polynomial, generator, powers] of tables) {
    const field = new Gf256(polynomial)
    let power = 1
    for (const expected of Buffer.from(powers, 'hex')) {
      t.equal(power, expected)
      power = field.multiply(power, generator)
    }
  }
})

await t.test('it is a field: every element but 0 has an inverse, and all of them are different', async t => {
  for (const polynomial of [0x11b, 0x11d]) {
    const field = new Gf256(polynomial)
    const inverses = new Set<number>()
    for (const a of elements.slice(1)) {
      const inverse = field.divide(1, a)
      inverses.add(inverse)
      if (field.multiply(a, inverse) !== 1) t.fail(`${a} times ${inverse} is not 1`)
    }
    t.equal(inverses.size, 255)
  }
})

await t.test('multiplication is that of polynomials', async t => {
  for (const polynomial of [0x11b, 0x11d]) {
    const field = new Gf256(polynomial)
    const wrong = elements.flatMap(a => elements.filter(b => field.multiply(a, b) !== schoolbook(a, b, polynomial)))
    t.strictSame(wrong, [])
  }
})

await t.test('a line is found again from any two of its points', async t => {
  const field = new Gf256(0x11d)
  for (const [start, slope] of [
    [0, 0],
    [0x80, 0],
    [0, 1],
    [0x53, 0xca],
    [0xff, 0xff],
  ] as const) {
    const at = (x: number) => start ^ field.multiply(slope, x)
    const atZero = (one: number, other: number) => {
      const [weight, otherWeight] = field.weightsAtZero(one, other)
      return field.multiply(weight, at(one)) ^ field.multiply(otherWeight, at(other))
    }
    const found = new Set(elements.slice(1, -1).map(x => atZero(x, 255)))
    t.strictSame([...found], [start])
  }
})

/** The product as one learns it: multiply without carries, then divide by the polynomial. */
function schoolbook(a: number, b: number, polynomial: number): number {
  let product = 0
  for (let bit = 0; bit < 8; bit += 1) if ((b & (1 << bit)) !== 0) product ^= a << bit
  for (let bit = 14; bit >= 8; bit -= 1) if ((product & (1 << bit)) !== 0) product ^= polynomial << (bit - 8)
  return product
}
