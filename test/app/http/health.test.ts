import { FixedClock, MemorySecretShares } from '@keyhold/adapters'
import { KmsError } from '@keyhold/core'
import t, { type Test } from 'tap'
import { type AppOptions, buildApp } from '../../support/build-app.ts'
import { FailingKeyStore, FailingLock } from '../../support/failing-ports.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { refusals } from '../../support/refusals.ts'
import { testPorts, testTime } from '../../support/test-ports.ts'

t.test('the process answers', async t => {
  const app = await buildApp(t)
  for (const path of ['/healthcheck', '/healthcheck?verbose=1']) {
    const { status, headers, body } = await app.send({ method: 'GET', path })
    t.equal(status, 200)
    t.match(headers['content-type'], /^application\/json(;|$)/)
    t.strictSame(body, { current_time: new Date(testTime).toISOString(), status: 'success' })
  }
  const live = await app.send({ method: 'GET', path: '/health/live' })
  t.strictSame([live.status, live.body], [200, { status: 'ok' }])
})

/** An app whose ports fail when they are told to, and its clock. */
async function failingApp(t: Test, options: AppOptions = {}) {
  const made = testPorts('health')
  const clock = new FixedClock(new Date(testTime).toISOString())
  const [store, lock] = [new FailingKeyStore(made.store), new FailingLock(made.lock)]
  const app = await buildApp(t, { ...options, ports: { ...made, store, lock, clock, ...options.ports } })
  const ready = async () => {
    const { status, body } = await app.send({ method: 'GET', path: '/health/ready' })
    return { status, body }
  }
  return { app, store, lock, clock, ready }
}

const storeDown = new KmsError('STORE_UNAVAILABLE', 'the store does not answer', { cause: 'mongodb://secret' })
const lockDown = new KmsError('LOCK_UNAVAILABLE', 'the lock does not answer')

t.test('readiness tells which port does not answer', async t => {
  const { app, store, lock, clock, ready } = await failingApp(t)
  const bug = new TypeError('internal detail')
  const cases: readonly (readonly [store: unknown, lock: unknown, status: number, body: object])[] = [
    [undefined, undefined, 200, { status: 'ok', store: 'ok', lock: 'ok' }],
    [storeDown, undefined, 503, { status: 'unavailable', store: 'unavailable', lock: 'ok' }],
    [undefined, lockDown, 503, { status: 'unavailable', store: 'ok', lock: 'unavailable' }],
    [storeDown, lockDown, 503, { status: 'unavailable', store: 'unavailable', lock: 'unavailable' }],
    [bug, undefined, 503, { status: 'unavailable', store: 'unavailable', lock: 'ok' }],
    [undefined, undefined, 200, { status: 'ok', store: 'ok', lock: 'ok' }],
  ]
  for (const [storeFailure, lockFailure, status, body] of cases) {
    store.failure = storeFailure
    lock.failure = lockFailure
    clock.advance(1000)
    const found = await ready()
    t.equal(found.status, status)
    const { checks, ...rest } = found.body
    t.strictSame(rest, body)
    t.strictSame(checks, { store: { state: rest.store, age: 0 }, lock: { state: rest.lock, age: 0 } })
    for (const path of ['/healthcheck', '/health/live']) {
      t.equal((await app.send({ method: 'GET', path })).status, 200, 'the process answers all the same')
    }
  }
})

t.test('however often it is asked, nobody is asked more than once a second', async t => {
  const { store, clock, ready } = await failingApp(t)
  let checks = 0
  let answer = () => {}
  const answered = new Promise<void>(resolve => (answer = resolve))
  store.check = async () => {
    checks += 1
    await answered
  }
  const asked = Promise.all(Array.from({ length: 20 }, ready))
  answer()
  t.ok((await asked).every(({ status }) => status === 200))
  t.equal(checks, 1)
  clock.advance(999)
  t.match(await ready(), { body: { checks: { store: { state: 'ok', age: 0.999 } } } })
  t.equal(checks, 1)
  clock.advance(1)
  t.match(await ready(), { body: { checks: { store: { state: 'ok', age: 0 } } } })
  t.equal(checks, 2)
})

t.test('the log says when it changes, and why', async t => {
  const { log, entries } = recordingLog()
  const { store, clock, ready } = await failingApp(t, { log })
  const said = () => entries.splice(0).filter(({ args: [, text] }) => text !== 'request' && text !== 'request failed')
  for (const [failure, expected] of [
    [undefined, []],
    [storeDown, [{ level: 'warn', args: [{ err: storeDown, needed: 'store' }, 'not ready'] }]],
    [storeDown, []],
    [undefined, [{ level: 'info', args: [{ needed: 'store' }, 'ready again'] }]],
  ] as const) {
    store.failure = failure
    clock.advance(1000)
    t.notMatch(JSON.stringify(await ready()), /secret/)
    t.strictSame(said(), expected)
  }
})

t.test('what only some keystores need is told, and decides nothing unless all need it', async t => {
  const shares = new MemorySecretShares(new Map())
  shares.check = async () => {
    throw new KmsError('SHARE_UNAVAILABLE', 'no')
  }
  const peers = () => ({ vault: { state: 'unavailable', at: 0 } as const })
  const some = await failingApp(t, { ports: { shares }, peers })
  some.clock.advance(2500)
  t.match(await some.ready(), {
    status: 200,
    body: { checks: { shares: { state: 'unavailable', age: 0 }, vault: { state: 'unavailable', age: 2.5 } } },
  })
  const all = await failingApp(t, { ports: { shares }, userLock: 'shamir' })
  t.match(await all.ready(), { status: 503, body: { status: 'unavailable', store: 'ok', lock: 'ok' } })
})

t.test('refusals', async t => {
  const app = await buildApp(t)
  await refusals(t, app, [
    ['POST', { method: 'POST', path: '/healthcheck', body: {} }, 405, 'METHOD_NOT_ALLOWED'],
    ['POST to readiness', { method: 'POST', path: '/health/ready' }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { method: 'GET', path: '/healthcheck/' }, 404, 'NOT_FOUND'],
    ['another case', { method: 'GET', path: '/Healthcheck' }, 404, 'NOT_FOUND'],
    ['under the version', { method: 'GET', path: '/v1/healthcheck' }, 404, 'NOT_FOUND'],
  ])
})
