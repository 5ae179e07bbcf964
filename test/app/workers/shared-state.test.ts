import { setImmediate as nextTurn } from 'node:timers/promises'
import { FixedClock } from '@keyhold/adapters'
import { ReplayGuard } from '@keyhold/app/http/authentication/replay-guard.js'
import type { Channel } from '@keyhold/app/workers/channel.js'
import { SharedByPrimary, SharedState } from '@keyhold/app/workers/shared-state.js'
import t, { type Test } from 'tap'
import { linked } from '../../support/linked-channels.ts'

/** Two workers and what their primary remembers for them. */
function workers(t: Test) {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const rates = { failures: { quota: 2, window: 10 }, principal: { quota: 3, window: 60 } }
  const channels: Channel[] = []
  const state = new SharedState(rates, clock, () => channels)
  const shared = [1, 2].map(() => {
    let own: Channel | undefined
    const shared = new SharedByPrimary(2, clock, () => own as Channel)
    const { worker, primary } = linked(shared.handlers, state.handlers)
    own = worker
    channels.push(primary)
    t.teardown(() => shared.close())
    return shared
  }) as [SharedByPrimary, SharedByPrimary]
  return { clock, rates, shared }
}

t.test('a limit is one for all workers', async t => {
  const { shared, rates } = workers(t)
  const [one, two] = shared.map(each => each.openLimiter('principal', rates.principal))
  const taken = [await one?.take('a'), await two?.take('a'), await one?.take('a'), await two?.take('a')]
  t.strictSame(
    taken.map(allowance => allowance?.isAllowed),
    [true, true, true, false],
  )
})

t.test('who fails too often at one is refused by all', async t => {
  const { clock, shared, rates } = workers(t)
  const [one, two] = shared.map(each => each.openLimiter('failures', rates.failures))
  one?.charge('a')
  await nextTurn()
  t.equal(two?.look('a').isAllowed, true)
  two?.charge('a')
  for (let turn = 0; turn < 3; turn += 1) await nextTurn()
  for (const limiter of [one, two]) {
    t.strictSame(limiter?.look('a'), { isAllowed: false, remaining: 0, reset: 5 })
    t.equal(limiter?.look('b').isAllowed, true)
  }
  clock.advance(5000)
  for (const limiter of [one, two]) t.equal(limiter?.look('a').isAllowed, true)
})

t.test('a request that must not be repeated is not, at whichever worker', async t => {
  const { clock, shared } = workers(t)
  const [one, two] = shared.map(each => new ReplayGuard(clock, 330_000, each.openReplays))
  await one?.check('did:key:a', 'text')
  clock.advance(1000)
  await two?.check('did:key:a', 'text')
  clock.advance(1)
  for (const guard of [one, two])
    await t.rejects(async () => guard?.check('did:key:a', 'text'), { code: 'UNAUTHENTICATED' })
  await two?.check('did:key:b', 'text')
})
