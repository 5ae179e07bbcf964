import t from 'tap'
import { buildApp } from '../../support/build-app.ts'

t.test('a server that asks for no proof serves its own page, and nobody else’s', async t => {
  const app = await buildApp(t)
  const pages: [origin: string, host: string, status: number][] = [
    ['http://127.0.0.1:8076', '127.0.0.1:8076', 200],
    ['http://localhost:8076', 'localhost:8076', 200],
    ['http://[::1]:8076', '[::1]:8076', 200],
    ['http://localhost', 'localhost', 200],
    ['http://localhost:3000', 'localhost:8076', 403],
    ['http://localhost:8076', '127.0.0.1:8076', 403],
    ['https://localhost:8076', 'localhost:8076', 403],
    ['http://127.0.0.2:8076', '127.0.0.1:8076', 403],
    // A name that its owner has pointed to this machine after the page was loaded.
    ['http://evil.example:8076', 'evil.example:8076', 403],
    ['http://127.0.0.1.evil.example', '127.0.0.1.evil.example', 403],
    ['http://localhost.evil.example', 'localhost.evil.example', 403],
    ['http://evil.example', '127.0.0.1:8076', 403],
    ['http://192.0.2.7:8076', '192.0.2.7:8076', 403],
    ['null', '127.0.0.1:8076', 403],
    ['', '', 403],
  ]
  for (const [origin, host, status] of pages) {
    const payload = { controller: 'did:example:alice' }
    const request = { method: 'POST', url: '/v1/keystores', payload, headers: { origin, host } } as const
    t.equal((await app.server.inject(request)).statusCode, status, `${origin} at ${host}`)
  }
})

t.test('a server that asks for no proof serves this machine alone', async t => {
  const app = await buildApp(t)
  const request = { method: 'POST', url: '/v1/keystores', payload: { controller: 'did:example:alice' } } as const
  const addresses: [remoteAddress: string, status: number][] = [
    ['127.0.0.1', 200],
    ['127.5.5.5', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['192.0.2.7', 403],
    ['10.0.0.1', 403],
    ['::ffff:192.0.2.7', 403],
    ['2001:db8::1', 403],
    ['fe80::1', 403],
    ['1127.0.0.1', 403],
    ['::10', 403],
  ]
  for (const [remoteAddress, status] of addresses) {
    const before = app.store.written.length
    const reply = await app.server.inject({ ...request, remoteAddress })
    t.equal(reply.statusCode, status, remoteAddress)
    if (status === 403) t.equal(app.store.written.length, before, 'nothing was stored')
  }
})
