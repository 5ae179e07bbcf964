import { once } from 'node:events'
import type { RequestRecord } from '@keyhold/app/http/request-record.js'
import { KmsError } from '@keyhold/core'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type AppOptions, base64, buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { FailingKeyStore } from '../../support/failing-ports.ts'
import { halfRequest, rawConnection } from '../../support/raw-http.ts'
import { fill, type Route, routes } from '../../support/routes.ts'
import { testPorts } from '../../support/test-ports.ts'
import { until } from '../../support/until.ts'

/** An app, and what its observer has learned. */
async function observedApp(t: Test, options: AppOptions = {}) {
  const seen: { record: RequestRecord; failure: unknown }[] = []
  const app = await buildApp(t, { ...options, observers: [(record, failure) => seen.push({ record, failure })] })
  const recordsOf = async (request: Request) => {
    seen.length = 0
    const reply = await app.send(request)
    return { reply, records: seen.map(({ record }) => record) }
  }
  return { app, seen, recordsOf }
}

t.test('every route says what it does', async t => {
  const { app, recordsOf } = await observedApp(t)
  const key = await app.key('ED25519')
  const place = { keystoreId: idOf(keystoreOf(key)), keyId: idOf(key) }
  const operations = new Set<string>()
  for (const { method, url, body } of Object.values<Route>(routes)) {
    const { records } = await recordsOf({ method, path: fill(url, place), ...(body && { body }) })
    t.match(records, [{ method, status: Number }], url)
    t.type(records[0]?.operation, 'string', `${method} ${url}`)
    operations.add(`${records[0]?.operation}`)
  }
  t.ok(operations.size >= Object.keys(routes).length - 3, 'by a name of its own')
  t.match((await recordsOf({ method: 'GET', path: '/healthcheck' })).records, [{ operation: null, caller: null }])
})

t.test('a request is observed once, whatever becomes of it', async t => {
  const made = testPorts('records')
  const store = new FailingKeyStore(made.store)
  const { app, recordsOf, seen } = await observedApp(t, { ports: { ...made, store } })
  const key = await app.key('ED25519')
  const sign: Request = { method: 'POST', path: `${key}/sign`, body: { message: '' } }
  const cases: readonly (readonly [Request, Partial<RequestRecord>])[] = [
    [sign, { status: 200, code: undefined }],
    [
      { ...sign, body: '{' },
      { status: 400, code: 'INVALID_REQUEST' },
    ],
    [
      { ...sign, method: 'GET' },
      { status: 405, code: 'METHOD_NOT_ALLOWED', operation: null },
    ],
    [
      { ...sign, path: `${keystoreOf(key)}/keys/none/sign` },
      { status: 404, code: 'KEY_NOT_FOUND', keyId: 'none' },
    ],
    [
      { ...sign, path: '/nowhere' },
      { status: 404, code: 'NOT_FOUND', route: null, keyId: undefined },
    ],
    [
      { ...sign, path: '/v1/%' },
      { status: 400, code: 'INVALID_REQUEST', route: null },
    ],
    [
      { ...sign, headers: { origin: 'https://page.example' } },
      { status: 403, code: 'FORBIDDEN', caller: null, reason: 'a web page asks a server that needs no proof' },
    ],
  ]
  for (const [request, expected] of cases) {
    const { reply, records } = await recordsOf(request)
    t.equal(records.length, 1, request.path)
    t.match(records, [{ ...expected, status: reply.status }], request.path)
    t.equal(reply.headers['x-request-id'], records[0]?.id)
  }
  const failure = new KmsError('STORE_UNAVAILABLE', 'the store does not answer')
  store.failure = failure
  t.match((await recordsOf(sign)).records, [{ status: 503, code: 'STORE_UNAVAILABLE', reason: undefined }])
  t.equal(seen[0]?.failure, failure)
})

t.test('no two requests have one id', async t => {
  const { app } = await observedApp(t)
  const other = await buildApp(t)
  const ids = new Set<unknown>()
  for (const { send } of [app, app, other, other]) {
    ids.add((await send({ method: 'GET', path: '/healthcheck' })).headers['x-request-id'])
  }
  t.equal(ids.size, 4)
})

t.test('a request keeps the id that a trusted proxy has given it, and no other', async t => {
  const trusting = await buildApp(t, { trustedProxies: ['127.0.0.0/8'] })
  const wary = await buildApp(t, { trustedProxies: ['10.0.0.0/8'] })
  const answered = async (app: typeof wary, id: string) => {
    const headers = { 'x-request-id': id }
    return (await app.send({ method: 'GET', path: '/healthcheck', headers })).headers['x-request-id']
  }
  t.equal(await answered(trusting, '0af7651916cd43dd8448eb211c80319c'), '0af7651916cd43dd8448eb211c80319c')
  t.not(await answered(wary, '0af7651916cd43dd8448eb211c80319c'), '0af7651916cd43dd8448eb211c80319c')
  for (const id of ['short', 'x'.repeat(65), 'a quoted " id', 'line\tfeed-1']) t.not(await answered(trusting, id), id)
})

t.test('ids that are a stranger’s text are bounded, and printable', async t => {
  const { app, recordsOf } = await observedApp(t)
  const keystore = await app.keystore()
  const keyIdOf = async (id: string) => {
    const path = `${keystore}/keys/${encodeURIComponent(id)}/export`
    return (await recordsOf({ method: 'GET', path })).records[0]?.keyId
  }
  t.equal(await keyIdOf('mine'), 'mine')
  t.equal(await keyIdOf('a"b\\'), 'a"b\\')
  t.equal(await keyIdOf('\u001b[31m\n\u009b\u202e€'), '%1B[31m%0A%C2%9B%E2%80%AE%E2%82%AC')
  t.equal(await keyIdOf('50%'), '50%25')
  t.equal(await keyIdOf('x'.repeat(128)), 'x'.repeat(128))
  t.equal(await keyIdOf('x'.repeat(129)), `${'x'.repeat(128)}...`)
  t.equal(await keyIdOf(`${'x'.repeat(127)}\u{1f511}`), `${'x'.repeat(127)}%...`)
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), async id => {
      return /^[\x20-\x7e]{1,131}$/.test((await keyIdOf(Buffer.from(id).toString())) ?? '')
    }),
    { numRuns: 100 },
  )
})

t.test('what a client begins and does not end is counted', async t => {
  const { app, seen } = await observedApp(t)
  const key = await app.key('ED25519')
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  seen.length = 0
  const half = await halfRequest(port, `${key}/sign`, JSON.stringify({ message: base64('a message') }))
  t.equal(seen.length, 0)
  half.socket.destroy()
  await until(() => seen.length > 0)
  t.match(seen, [{ record: { operation: 'sign', aborted: true, status: 400 } }])

  seen.length = 0
  const broken = await rawConnection(port)
  broken.socket.write('this is not HTTP\r\n\r\n')
  await once(broken.socket, 'close')
  const { id, route, status, code } = seen[0]?.record ?? {}
  t.strictSame([seen.length, id, route, status, code], [1, null, null, 400, 'INVALID_REQUEST'])
})
