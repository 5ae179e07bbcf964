import t from 'tap'
import { buildApp, type Request } from '../../support/build-app.ts'
import { parseReply, rawConnection, rawRequest } from '../../support/raw-http.ts'

const expected = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}
const secured = { ...expected, 'strict-transport-security': 'max-age=31536000' }

const path = '/v1/keystores'
const body = { controller: 'did:example:alice' }
/** Answers of every kind: success, what is refused before and after there is a route, and what only browsers ask. */
const requests: readonly (readonly [status: number, request: Request])[] = [
  [200, { method: 'POST', path, body }],
  [200, { method: 'GET', path: '/healthcheck' }],
  [200, { method: 'GET', path: '/health/ready' }],
  [400, { method: 'POST', path, body: '{' }],
  [400, { method: 'GET', path: '/%' }],
  [404, { method: 'GET', path: '/nowhere' }],
  [404, { method: 'GET', path: `${path}/none/keys/none/export` }],
  [405, { method: 'DELETE', path }],
  [413, { method: 'POST', path, body: 'x'.repeat(2_000_000) }],
  [308, { method: 'GET', path: '/docs' }],
]

/** The headers of an answer that are said to be on every answer, in whatever order. */
const only = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.keys(secured).flatMap(name => (name in headers ? [[name, headers[name]]] : [])))

t.test('every answer says what a browser must not do with it', async t => {
  for (const [baseUrl, wanted] of [
    ['https://kms.example', secured],
    ['http://127.0.0.1:8076', expected],
  ] as const) {
    const app = await buildApp(t, { baseUrl, allowedOrigins: 'any' })
    for (const [status, request] of requests) {
      const reply = await app.send(request)
      t.equal(reply.status, status, `${request.method} ${request.path}: ${reply.text.slice(0, 100)}`)
      t.strictSame(only(reply.headers), wanted, `${request.method} ${request.path}`)
    }
    const asked = { origin: 'https://wallet.example', 'access-control-request-method': 'POST' }
    const preflight = await app.send({ method: 'OPTIONS', path, headers: asked })
    t.match(preflight, { status: 204, headers: wanted })
  }
})

t.test('so do answers to what is no request', async t => {
  const { server } = await buildApp(t)
  const port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port)
  for (const bytes of ['no HTTP\r\n\r\n', rawRequest('GET', '/', '', [`x-large: ${'x'.repeat(20_000)}`])]) {
    const { socket, received, closed } = await rawConnection(port)
    socket.write(bytes)
    await closed
    t.strictSame(only(parseReply(received()).headers), secured)
  }
})

t.test('what is public says how long it may be kept', async t => {
  const app = await buildApp(t)
  const { headers } = await app.send({ method: 'GET', path: '/openapi.json' })
  t.strictSame(only(headers), { ...secured, 'cache-control': 'public, max-age=300' })
})
