import { estimate, geometricMean, median, quantile, seededRandom, shuffled } from '@keyhold/scripts/bench/statistics.js'
import fc from 'fast-check'
import t from 'tap'

const numbers = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })

t.test('medians, quantiles and geometric means', async t => {
  t.equal(median([3]), 3)
  t.equal(median([5, 1, 3]), 3)
  t.equal(median([10, 1, 4, 2]), 3, 'between the middle two')
  t.equal(quantile([5, 1, 2, 4, 3], 0), 1)
  t.equal(quantile([5, 1, 2, 4, 3], 1), 5)
  t.equal(quantile([10, 20], 0.25), 12.5)
  t.ok(Math.abs(geometricMean([1, 10, 100]) - 10) < 1e-9)
  for (const of of [median, geometricMean]) t.throws(() => of([]), RangeError)
})

t.test('a median has as many values above as below, whatever their order', async () => {
  fc.assert(
    fc.property(numbers, values => {
      const middle = median(values)
      const below = values.filter(value => value < middle).length
      const above = values.filter(value => value > middle).length
      return below <= values.length / 2 && above <= values.length / 2 && median([...values].reverse()) === middle
    }),
  )
})

t.test('dividing by its geometric mean leaves a list with a geometric mean of 1', async () => {
  fc.assert(
    fc.property(numbers, values => {
      const mean = geometricMean(values)
      return Math.abs(geometricMean(values.map(value => value / mean)) - 1) < 1e-9
    }),
  )
})

t.test('a shuffled list has the same items, in every order equally often, and a seed repeats it', async t => {
  const items = ['a', 'b', 'c']
  t.same(shuffled(items, seededRandom(7)), shuffled(items, seededRandom(7)))
  const random = seededRandom(1)
  const counts = new Map<string, number>()
  for (let draw = 0; draw < 6000; draw += 1) {
    const order = shuffled(items, random).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  t.same([...counts.keys()].sort(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  for (const [order, count] of counts) t.ok(Math.abs(count - 1000) < 150, `${order}: ${count}`)
  t.same(items, ['a', 'b', 'c'])
})

t.test('the interval of a median holds the true one about 19 times in 20', async t => {
  const random = seededRandom(3)
  let held = 0
  let inside = true
  for (let trial = 0; trial < 200; trial += 1) {
    const { value, low, high } = estimate(Array.from({ length: 40 }, random), median, random, 200)
    inside &&= low <= value && value <= high
    if (low <= 0.5 && 0.5 <= high) held += 1
  }
  t.ok(inside, 'an estimate lies in its own interval')
  t.ok(held > 175 && held < 200, `${held} of 200`)
})

t.test('of one row nothing but that row can be drawn', async t => {
  t.same(estimate([4], median, seededRandom(1)), { value: 4, low: 4, high: 4 })
})
