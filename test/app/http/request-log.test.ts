import t from 'tap'
import { buildApp, idOf, keystoreOf } from '../../support/build-app.ts'
import { recordingLog } from '../../support/recording-log.ts'

t.test('a request is one line, of what is named here and nothing else', async t => {
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  const keyPath = await app.key('ED25519')
  entries.length = 0
  await app.send({ method: 'POST', path: `${keyPath}/sign?query=1`, body: {}, headers: { authorization: 'Bearer x' } })
  t.equal(entries.length, 1)
  const [fields, text] = (entries[0]?.args ?? []) as [Record<string, unknown>, string]
  t.equal(text, 'request')
  const { milliseconds, ...rest } = fields
  t.type(milliseconds, 'number')
  t.strictSame(rest, {
    method: 'POST',
    route: '/v1/keystores/:keystoreId/keys/:keyId/sign',
    keystoreId: idOf(keystoreOf(keyPath)),
    keyId: idOf(keyPath),
    status: 200,
  })
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
