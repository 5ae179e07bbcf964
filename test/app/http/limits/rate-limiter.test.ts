import { FixedClock } from '@keyhold/adapters'
import { RateLimiter } from '@keyhold/app/http/limits/rate-limiter.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../../support/property-runs.ts'

const open = (quota: number, window: number) => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  return { clock, limiter: new RateLimiter({ quota, window }, clock) }
}

t.test('the quota at once, and then one whenever its share of the window has passed', async t => {
  const { clock, limiter } = open(3, 60)
  t.strictSame(limiter.look('a'), { isAllowed: true, remaining: 3, reset: 0 })
  t.strictSame(limiter.take('a'), { isAllowed: true, remaining: 2, reset: 20 })
  t.strictSame(limiter.take('a'), { isAllowed: true, remaining: 1, reset: 20 })
  t.strictSame(limiter.take('a'), { isAllowed: true, remaining: 0, reset: 20 })
  t.strictSame(limiter.take('a'), { isAllowed: false, remaining: 0, reset: 20 })
  t.strictSame(limiter.take('b'), { isAllowed: true, remaining: 2, reset: 20 }, 'somebody else')
  clock.advance(19_999)
  t.strictSame(limiter.take('a'), { isAllowed: false, remaining: 0, reset: 1 }, 'what was refused is not counted')
  clock.advance(1)
  t.strictSame(limiter.take('a'), { isAllowed: true, remaining: 0, reset: 20 })
  clock.advance(1_000_000)
  t.strictSame(limiter.look('a'), { isAllowed: true, remaining: 3, reset: 0 }, 'never more than the quota')
})

t.test('what was let through beyond the quota counts for one window at most', async t => {
  const { clock, limiter } = open(2, 10)
  for (let i = 0; i < 1000; i += 1) limiter.charge('a')
  t.strictSame(limiter.look('a'), { isAllowed: false, remaining: 0, reset: 15 })
  clock.advance(14_999)
  t.equal(limiter.look('a').isAllowed, false)
  clock.advance(1)
  t.equal(limiter.look('a').isAllowed, true)
})

t.test('whenever requests come: never too many, and what is said of the next one is true', async t => {
  const rates = fc.record({ quota: fc.integer({ min: 1, max: 1000 }), window: fc.integer({ min: 1, max: 3600 }) })
  const pauses = fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(rates, pauses, ({ quota, window }, times) => {
      const { clock, limiter } = open(quota, window)
      let taken = 0
      for (const time of times) {
        clock.advance(time)
        const seen = limiter.look('a')
        const { isAllowed, remaining, reset } = limiter.take('a')
        if (isAllowed !== seen.isAllowed || isAllowed !== seen.remaining > 0) return false
        taken += isAllowed ? 1 : 0
        if (taken > quota + (clock.elapsed() / 1000) * (quota / window) + 0.001) return false
        if (isAllowed) {
          if (remaining !== seen.remaining - 1) return false
        } else {
          const { clock: _, ...later } = { clock: clock.advance(reset * 1000), ...limiter.look('a') }
          if (!later.isAllowed) return false
        }
      }
      return true
    }),
    propertyRuns,
  )
  t.pass('it holds')
})

t.test('however many come, no more than so many are counted', async t => {
  const { limiter } = open(1, 60)
  limiter.take('first')
  t.equal(limiter.look('first').isAllowed, false)
  for (let i = 0; i < 50_000; i += 1) limiter.take(`${i}`)
  t.equal(limiter.look('first').isAllowed, true, 'the first one is forgotten')
  t.equal(limiter.look('49999').isAllowed, false)
})
