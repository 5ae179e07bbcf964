import { FixedClock } from '@keyhold/adapters'
import { allObserving, Reachability } from '@keyhold/app/reachability.js'
import t from 'tap'

t.test('the last call of a server says whether it answers', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const { observe, findings } = new Reachability(clock)
  t.strictSame(findings(), {}, 'nobody was called')
  const cases = [
    ['2xx', 'ok'],
    ['4xx', 'ok'],
    ['5xx', 'unavailable'],
    ['deadline', 'unavailable'],
    ['connection', 'unavailable'],
  ] as const
  for (const [outcome, state] of cases) {
    clock.advance(1000)
    observe('vault')?.('GET').end(outcome)
    t.strictSame(findings(), { vault: { state, at: clock.elapsed() } }, outcome)
  }
  observe('auth-server')?.('POST').end('2xx')
  t.match(findings(), { auth_server: { state: 'ok' }, vault: { state: 'unavailable' } })
  t.equal(observe('aws-kms'), undefined, 'the lock is asked by itself')
})

t.test('several observe one call', async t => {
  const seen: unknown[] = []
  const one = (operation: string) => ({ end: (...end: unknown[]) => void seen.push(['one', operation, ...end]) })
  const two = (operation: string) => ({ ...one(operation), headers: { traceparent: 'x' } })
  t.equal(allObserving(undefined, undefined), undefined)
  t.equal(allObserving(undefined, one), one)
  const observed = allObserving(one, two)?.('GET')
  t.strictSame(observed?.headers, { traceparent: 'x' })
  observed?.end('2xx', 2)
  t.strictSame(seen, [
    ['one', 'GET', '2xx', 2],
    ['one', 'GET', '2xx', 2],
  ])
})
