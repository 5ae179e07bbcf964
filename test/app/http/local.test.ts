import t from 'tap'
import { buildApp } from '../../support/build-app.ts'

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
