import { once } from 'node:events'
import t from 'tap'
import { buildApp, idOf, keystoreOf } from '../../support/build-app.ts'
import { rawConnection, rawRequest } from '../../support/raw-http.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { until } from '../../support/until.ts'

t.test('a request is one line, of what is named here and nothing else', async t => {
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  const keyPath = await app.key('ED25519')
  entries.length = 0
  await app.send({ method: 'POST', path: `${keyPath}/sign?query=1`, body: {}, headers: { authorization: 'Bearer x' } })
  t.equal(entries.length, 1)
  const [fields, text] = (entries[0]?.args ?? []) as [Record<string, unknown>, string]
  t.equal(text, 'request')
  const { id, milliseconds, ...rest } = fields
  t.match(id, /^[A-Za-z0-9_-]{16}$/)
  t.type(milliseconds, 'number')
  t.strictSame(rest, {
    method: 'POST',
    route: '/v1/keystores/:keystoreId/keys/:keyId/sign',
    operation: 'sign',
    caller: 'local',
    principal: undefined,
    keystoreId: idOf(keystoreOf(keyPath)),
    keyId: idOf(keyPath),
    status: 200,
    code: undefined,
    reason: undefined,
    items: undefined,
    failed: undefined,
    legacyCoverage: undefined,
    aborted: false,
  })
})

t.test('what was done for a client that is gone is logged as well', async t => {
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  // The first call to the outside lasts until the client is gone.
  const find = app.store.find.bind(app.store)
  let leave: () => void = () => undefined
  const isGone = new Promise<void>(resolve => (leave = resolve))
  const keystore = await app.keystore()
  entries.length = 0
  app.store.find = async (...args) => {
    socket.destroy()
    await isGone
    return find(...args)
  }
  const { socket } = await rawConnection(port)
  const arrived = once(app.server.server, 'request').then(([request]) => once(request.socket, 'close'))
  socket.write(rawRequest('POST', `${keystore}/keys`, '{"key_type":"ED25519"}'))
  await arrived
  t.strictSame(entries, [])
  leave()
  await until(() => entries.length > 0)
  t.match(entries, [{ args: [{ route: '/v1/keystores/:keystoreId/keys', status: 200, aborted: true }, 'request'] }])
  t.equal(app.store.written.at(-1)?.collection, 'keys')
})

t.test('a path that is no route is not repeated', async t => {
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  await app.send({ method: 'GET', path: '/some/secret/path?secret=1' })
  t.match(entries, [{ level: 'info', args: [{ method: 'GET', route: null, status: 404 }, 'request'] }])
  t.notMatch(JSON.stringify(entries), /secret/)
})

t.test('what a refused request held is not repeated', async t => {
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  const keyPath = await app.key('ED25519')
  entries.length = 0
  const bodies = ['{"message":"secret', { message: 'secret!' }, { message: ['secret'] }, '{"__proto__":"secret"}']
  for (const body of bodies) await app.send({ method: 'POST', path: `${keyPath}/sign`, body })
  t.equal(entries.length, bodies.length)
  for (const { level, args } of entries) {
    t.equal(level, 'info')
    t.notMatch(args, [{ err: Error }])
    t.notMatch(JSON.stringify(args), /secret/)
  }
})
