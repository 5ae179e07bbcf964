import { FixedClock } from '@keyhold/adapters'
import { CircuitBreaker } from '@keyhold/adapters/shared/circuit-breaker.js'
import t from 'tap'

/** A breaker after 3 failures for a second, and calls that end as they are told. */
function setUp() {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const breaker = new CircuitBreaker({ failures: 3, pause: 1000 }, clock)
  const run = async (call: () => Promise<string>) => {
    try {
      return await breaker.run(call, () => new Error('refused'))
    } catch (error) {
      return error instanceof Error ? error.message : error
    }
  }
  return {
    clock,
    run,
    succeed: () => run(async () => 'done'),
    fail: () => run(() => Promise.reject(new Error('failed'))),
  }
}

t.test('calls are made as long as not too many fail in a row', async t => {
  const { succeed, fail } = setUp()
  for (const _ of [1, 2, 3]) {
    t.equal(await fail(), 'failed')
    t.equal(await fail(), 'failed')
    t.equal(await succeed(), 'done', 'a success forgives')
  }
})

t.test('after too many none is made for a while, then one: its success lets all through', async t => {
  const { clock, succeed, fail } = setUp()
  for (const _ of [1, 2, 3]) await fail()
  t.equal(await succeed(), 'refused')
  clock.advance(999)
  t.equal(await succeed(), 'refused')
  clock.advance(1)
  t.equal(await succeed(), 'done')
  t.equal(await fail(), 'failed')
  t.equal(await fail(), 'failed')
  t.equal(await succeed(), 'done', 'and it counts from the beginning')
})

t.test('if the one fails, there is another pause', async t => {
  const { clock, succeed, fail } = setUp()
  for (const _ of [1, 2, 3]) await fail()
  clock.advance(1000)
  t.equal(await fail(), 'failed')
  t.equal(await succeed(), 'refused')
  clock.advance(1000)
  t.equal(await succeed(), 'done')
})

t.test('while one is tried no other is', async t => {
  const { clock, run, succeed, fail } = setUp()
  for (const _ of [1, 2, 3]) await fail()
  clock.advance(1000)
  let end: (answer: string) => void = () => undefined
  const trial = run(
    () =>
      new Promise(resolve => {
        end = resolve
      }),
  )
  t.equal(await succeed(), 'refused')
  end('tried')
  t.equal(await trial, 'tried')
  t.equal(await succeed(), 'done')
})
