import { FixedClock } from '@keyhold/adapters'
import { LeasedLimiter, type Lender, leaseTime } from '@keyhold/app/http/limits/leased-limiter.js'
import { RateLimiter } from '@keyhold/app/http/limits/rate-limiter.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../../support/property-runs.ts'

/** Processes that share a limit, and how often they have asked for it. */
function sharing(quota: number, window: number, processes: number) {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const all = new RateLimiter({ quota, window }, clock)
  const asked = { count: 0 }
  const lender: Lender = {
    async lease(key, count, unspent) {
      asked.count += 1
      all.giveBack(key, unspent)
      return all.lend(key, count)
    },
    giveBack: (key, count) => all.giveBack(key, count),
    charge: key => all.charge(key),
  }
  const limiters = Array.from({ length: processes }, () => new LeasedLimiter(quota, processes, lender, clock))
  const take = async (process: number, key = 'a') => limiters[process % processes]?.take(key)
  const advance = (milliseconds: number) => {
    clock.advance(milliseconds)
    for (const limiter of limiters) limiter.settle()
  }
  return { clock, limiters, take, advance, asked }
}

t.test('the quota for all processes together, and then one whenever its share of the window has passed', async t => {
  const { take, advance } = sharing(3, 60, 2)
  t.strictSame(await take(0), { isAllowed: true, remaining: 2, reset: 20 })
  t.strictSame(await take(1), { isAllowed: true, remaining: 1, reset: 20 })
  t.strictSame(await take(0), { isAllowed: true, remaining: 0, reset: 20 })
  for (const process of [0, 1]) t.strictSame(await take(process), { isAllowed: false, remaining: 0, reset: 20 })
  t.strictSame(await take(1, 'b'), { isAllowed: true, remaining: 2, reset: 20 }, 'somebody else')
  advance(19_999)
  t.strictSame(await take(1), { isAllowed: false, remaining: 0, reset: 1 })
  advance(1)
  t.strictSame(await take(1), { isAllowed: true, remaining: 0, reset: 20 })
  t.strictSame(await take(0), { isAllowed: false, remaining: 0, reset: 20 })
})

t.test('several together are allowed, or none of them', async t => {
  const { limiters, take, advance } = sharing(10, 10, 2)
  const several = async (process: number, count: number) => limiters[process]?.take('a', count)
  t.strictSame(await several(0, 4), { isAllowed: true, remaining: 6, reset: 1 })
  t.strictSame(await several(1, 7), { isAllowed: false, remaining: 6, reset: 1 })
  t.strictSame(await several(1, 6), { isAllowed: true, remaining: 0, reset: 1 })
  t.strictSame(await take(0), { isAllowed: false, remaining: 0, reset: 1 })
  advance(10_000)
  t.match(await several(0, 10), { isAllowed: true }, 'what was refused was not counted')
})

t.test('one connection has the whole quota, for a few messages', async t => {
  const { take, asked } = sharing(8000, 60, 2)
  let allowed = 0
  for (let i = 0; i < 9000; i += 1) if ((await take(0))?.isAllowed) allowed += 1
  t.equal(allowed, 8000)
  t.ok(asked.count < 40, `${asked.count} messages`)
})

t.test('who is refused asks nobody until there can be one more', async t => {
  const { take, advance, asked } = sharing(1, 10, 2)
  await take(0)
  for (let i = 0; i < 100; i += 1) t.equal((await take(0))?.isAllowed, false)
  t.equal(asked.count, 2)
  advance(10_000)
  t.equal((await take(0))?.isAllowed, true)
})

t.test('requests at once share an answer, and each counts once', async t => {
  const { limiters, asked } = sharing(64, 60, 2)
  const taken = await Promise.all(Array.from({ length: 100 }, async () => limiters[0]?.take('a')))
  t.equal(taken.filter(allowance => allowance?.isAllowed).length, 64)
  t.ok(asked.count < 30, `${asked.count} messages`)
})

t.test('tokens that nobody spends are the others’ again', async t => {
  const { take, advance } = sharing(64, 60, 2)
  for (let i = 0; i < 4; i += 1) await take(0)
  let allowed = 0
  while ((await take(1))?.isAllowed) allowed += 1
  t.ok(allowed >= 64 - 4 - 4, 'what one keeps is an eighth at most for all')
  advance(leaseTime)
  while ((await take(1))?.isAllowed) allowed += 1
  t.equal(allowed, 64 - 4)
})

t.test('an answer that fails is no permission', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const lender: Lender = {
    lease: async () => {
      throw new Error('away')
    },
    giveBack: () => undefined,
    charge: () => undefined,
  }
  const limiter = new LeasedLimiter(10, 2, lender, clock)
  for (let i = 0; i < 2; i += 1) await t.rejects(async () => limiter.take('a'), { message: 'away' })
})

t.test('what is blocked is refused for so long', async t => {
  const { limiters, clock } = sharing(10, 60, 2)
  const [limiter] = limiters
  t.equal(limiter?.look('a').isAllowed, true)
  limiter?.block('a', 1500)
  t.strictSame(limiter?.look('a'), { isAllowed: false, remaining: 0, reset: 2 })
  clock.advance(1500)
  t.equal(limiter?.look('a').isAllowed, true)
})

t.test('whoever forgets a key gives its tokens back', async t => {
  const { limiters, take } = sharing(1600, 60, 2)
  for (let i = 0; i < 4; i += 1) await take(0)
  for (let i = 0; i < 50_000; i += 1) limiters[0]?.look(`${i}`)
  for (let i = 0; i < 50_000; i += 1) limiters[0]?.block(`${i}`, 1)
  let allowed = 0
  while ((await take(1))?.isAllowed) allowed += 1
  t.equal(allowed, 1600 - 4)
})

t.test('whenever requests come, and to whichever process: within the bounds that are stated', async t => {
  const steps = fc.record({
    quota: fc.integer({ min: 1, max: 500 }),
    window: fc.integer({ min: 1, max: 60 }),
    processes: fc.integer({ min: 2, max: 4 }),
    requests: fc.array(fc.tuple(fc.double({ min: 0, max: 300, noNaN: true }), fc.nat({ max: 3 }), fc.nat({ max: 9 })), {
      minLength: 1,
      maxLength: 40,
    }),
  })
  await fc.assert(
    fc.asyncProperty(steps, async ({ quota, window, processes, requests }) => {
      const { take, advance, clock } = sharing(quota, window, processes)
      const share = quota / (window * 1000)
      const kept = processes * Math.max(1, Math.floor(quota / (8 * processes)))
      const allowedAt: number[] = []
      for (const [pause, process, count] of requests) {
        advance(pause)
        for (let i = 0; i < count; i += 1) {
          const now = clock.elapsed()
          const allowance = await take(process)
          if (allowance?.isAllowed) allowedAt.push(now)
          // What was allowed and has not leaked away since, and what others may keep.
          const used = allowedAt.reduce(
            ([used, last], at) => [Math.max(0, used - (at - last) * share) + 1, at] as const,
            [0, 0] as readonly [number, number],
          )
          const level = Math.max(0, used[0] - (now - used[1]) * share)
          if (allowance?.isAllowed === false && level + kept < quota - 1) return false
        }
      }
      return allowedAt.every((from, first) =>
        allowedAt.every((to, last) => {
          if (last < first) return true
          return last - first + 1 <= quota + (to - from + 2 * leaseTime) * share + 1e-3
        }),
      )
    }),
    propertyRuns,
  )
  t.pass('it holds')
})
