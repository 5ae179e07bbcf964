import { once } from 'node:events'
import { mock } from 'node:test'
import { FixedClock } from '@keyhold/adapters'
import { type PressureLimits, watchPressure } from '@keyhold/app/http/limits/pressure.js'
import { Turns } from '@keyhold/app/http/limits/turns.js'
import { fastify } from 'fastify'
import t, { type Test } from 'tap'
import { buildApp } from '../../../support/build-app.ts'
import { halfRequest, rawConnection } from '../../../support/raw-http.ts'
import { errorOf } from '../../../support/refusals.ts'
import { until } from '../../../support/until.ts'

const generous: PressureLimits = { requests: 1000, loopDelay: 5000 }
const body = JSON.stringify({ controller: 'did:example:alice' })

/** An app that looks at itself once for each tick, in which a part of the second's clock has passed. */
function watched(t: Test, limits: PressureLimits) {
  mock.timers.enable({ apis: ['setInterval'] })
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const turns = new Turns({ clock, longestWait: limits.loopDelay, originOf: () => ['', ''] })
  const pressure = watchPressure(limits, turns, clock)
  const app = fastify().decorateRequest('refusal', null).decorateRequest('record', null)
  app.addHook('onRequest', pressure.refuse)
  app.get('/', async () => 'done')
  t.teardown(() => {
    pressure.stop()
    mock.timers.reset()
    return app.close()
  })
  return {
    tick(milliseconds: number) {
      clock.advance(milliseconds)
      mock.timers.tick(1000)
    },
    ask: async () => app.inject('/'),
  }
}

t.test('an event loop that is late twice in a row refuses requests until it is in time again', async t => {
  const { tick, ask } = watched(t, generous)
  const steps = [
    [1000, 200],
    [6000, 200],
    [60_000, 200],
    [1000, 200],
    [60_000, 200],
    [6001, 503],
    [6001, 503],
    [6000, 200],
    [6001, 200],
    [6001, 503],
    [1000, 200],
  ] as const
  for (const [milliseconds, status] of steps) {
    tick(milliseconds)
    t.equal((await ask()).statusCode, status, `${milliseconds} ms`)
  }
})

t.test('memory that is full refuses requests until there is some again', async t => {
  let used = 0
  const { tick, ask } = watched(t, { ...generous, memory: { most: 100, used: () => used } })
  for (const [bytes, status] of [
    [100, 200],
    [101, 503],
    [100, 200],
  ] as const) {
    used = bytes
    tick(1000)
    const reply = await ask()
    t.equal(reply.statusCode, status, `${bytes} bytes`)
    if (status === 503) t.match(reply, { headers: { 'retry-after': '1' }, body: /"code":"OVERLOADED"/ })
  }
})

t.test('so many requests may be under way, whether they are answered or their clients go', async t => {
  const app = await buildApp(t, { limits: { pressure: { ...generous, requests: 2 } } })
  const url = new URL(await app.server.listen({ host: '127.0.0.1', port: 0 }))
  const create = () => app.send({ method: 'POST', path: '/v1/keystores', body })
  t.equal((await create()).status, 200)
  const [one, two] = await Promise.all([1, 2].map(() => halfRequest(Number(url.port), '/v1/keystores', body)))
  const refused = await create()
  t.strictSame([refused.status, errorOf(refused), refused.headers['retry-after']], [503, 'OVERLOADED', '1'])
  t.equal((await app.send({ method: 'GET', path: '/healthcheck' })).status, 200, 'which health knows nothing of')
  one?.socket.destroy()
  await until(async () => (await create()).status === 200)
  two?.socket.write(body.slice(10))
  await until(() => two?.received().includes('key_store_url') === true)
  for (let i = 0; i < 5; i += 1) t.equal((await create()).status, 200)
  two?.socket.destroy()
})

t.test('connections beyond the bound are closed', async t => {
  const app = await buildApp(t, { maximumConnections: 2 })
  const url = new URL(await app.server.listen({ host: '127.0.0.1', port: 0 }))
  const connections = await Promise.all([1, 2].map(() => rawConnection(Number(url.port))))
  const third = await rawConnection(Number(url.port))
  await third.closed
  t.equal(third.received(), '')
  for (const { socket } of connections) {
    socket.write('GET /healthcheck HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
  }
})
