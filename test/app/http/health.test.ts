import { KmsError } from '@keyhold/core'
import t from 'tap'
import { buildApp } from '../../support/build-app.ts'
import { FailingKeyStore, FailingLock } from '../../support/failing-ports.ts'
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
})

t.test('readiness tells which port does not answer', async t => {
  const made = testPorts('health')
  const [store, lock] = [new FailingKeyStore(made.store), new FailingLock(made.lock)]
  const app = await buildApp(t, { ports: { ...made, store, lock } })
  const storeDown = new KmsError('STORE_UNAVAILABLE', 'the store does not answer')
  const lockDown = new KmsError('LOCK_UNAVAILABLE', 'the lock does not answer')
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
    const ready = await app.send({ method: 'GET', path: '/health/ready' })
    t.equal(ready.status, status)
    t.strictSame(ready.body, body)
    t.equal((await app.send({ method: 'GET', path: '/healthcheck' })).status, 200, 'the process answers all the same')
  }
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
