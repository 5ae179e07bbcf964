import t from 'tap'
import { buildApp, idOf, keystoreOf, type Method } from '../../support/build-app.ts'
import { exchange, rawRequest } from '../../support/raw-http.ts'
import { errorOf } from '../../support/refusals.ts'
import { fill, type Route, routes } from '../../support/routes.ts'
import { withRoutes } from './authorization/registered-routes.ts'

const all: readonly Route[] = Object.values(routes)

/** An id as it stands in a path, byte for byte, and how it is answered; without a code it names nothing. */
const hostile: readonly (readonly [segment: string, status: number, code?: string])[] = [
  ['', 404],
  ['.', 404],
  ['..', 404],
  ['%2e', 404],
  ['%2e%2e', 404],
  ['%2E%2E', 404],
  ['..%2f..%2fetc%2fpasswd', 404],
  ['%2F', 404],
  ['a%2Fb', 404],
  ['a%5Cb', 404],
  ['%00', 404],
  ['a%00', 404],
  ['%0d%0aset-cookie:x', 404],
  ['%20', 404],
  ['+', 404],
  ['%25', 404],
  ['%2500', 404],
  ['%E2%82%AC', 404],
  ['%F0%9F%94%91', 404],
  ['%EF%BC%8E', 404],
  ['__proto__', 404],
  ['constructor', 404],
  [':keyId', 404],
  ['*', 404],
  ['%zz', 400, 'INVALID_REQUEST'],
  ['%', 400, 'INVALID_REQUEST'],
  ['%f', 400, 'INVALID_REQUEST'],
  ['%ff', 400, 'INVALID_REQUEST'],
  ['%c0%af', 400, 'INVALID_REQUEST'],
  ['%ed%a0%80', 400, 'INVALID_REQUEST'],
  ['x'.repeat(128), 404],
  ['x'.repeat(1024), 404],
  ['x'.repeat(1025), 414, 'INVALID_REQUEST'],
  ['x'.repeat(10_000), 414, 'INVALID_REQUEST'],
  ['%00'.repeat(3000), 414, 'INVALID_REQUEST'],
]

t.test('hostile ids in a path name nothing, on every route', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('ED25519')
  const own = { keystoreId: idOf(keystoreOf(keyPath)), keyId: idOf(keyPath) }
  const port = await listen(app)
  const before = app.store.written.length
  for (const { method, url, body } of all) {
    for (const [position, notFound] of positions(url)) {
      for (const [segment, status, code = notFound] of hostile) {
        const path = fill(url, { ...own, [position]: segment })
        const reply = await exchange(port, rawRequest(method, path, body ? JSON.stringify(body) : ''))
        const name = `${method} ${url}: ${position} ${JSON.stringify(segment.slice(0, 24))}`
        t.strictSame({ status: reply.status, error: errorIn(reply) }, { status, error: code }, name)
      }
    }
  }
  t.equal(app.store.written.length, before, 'nothing was stored')
})

t.test('a path that is not exactly a route is not found', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('ED25519')
  const own = { keystoreId: idOf(keystoreOf(keyPath)), keyId: idOf(keyPath) }
  const port = await listen(app)
  const before = app.store.written.length
  for (const { method, url, body } of all) {
    const path = fill(url, own)
    const changed = [
      `${path}/`,
      `${path}//`,
      `/${path}`,
      path.replace('/v1/', '/v1//'),
      path.replace('/v1/', '/v1/./'),
      path.replace('/v1/', '/v1/x/../'),
      path.replace('/v1/', '/V1/'),
      path.replace('/v1/', '/v2/'),
      path.replace('/v1/', '/'),
      path.replace('/v1/', '/v1%2F'),
      `${path};a=b`,
      `${path}%00`,
      // Below the keystores stands each keystore.
      ...(url === '/v1/keystores' ? [] : [`${path}/more`]),
      path.slice(0, -1),
    ]
    for (const wrong of changed) {
      const reply = await exchange(port, rawRequest(method, wrong, body ? JSON.stringify(body) : ''))
      t.strictSame(
        { status: reply.status, error: errorIn(reply) },
        { status: 404, error: 'NOT_FOUND' },
        `${method} ${wrong}`,
      )
    }
  }
  t.equal(app.store.written.length, before, 'nothing was stored')
})

t.test('what is not found is not found whatever the body is', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  for (const body of ['', '{', 'x'.repeat(10_000)]) {
    const reply = await app.send({ method: 'POST', path: '/v1/nothing', body })
    t.equal(reply.status, 404)
    t.equal(errorOf(reply), 'NOT_FOUND')
  }
})

t.test('every other method of a route is refused, with the ones it has', async t => {
  const app = await buildApp(t)
  const port = await listen(app)
  const urls = new Map<string, Method[]>([
    ['/healthcheck', ['GET']],
    ['/health/live', ['GET']],
    ['/health/ready', ['GET']],
  ])
  for (const { method, url } of all) urls.set(url, [...(urls.get(url) ?? []), method])
  const before = app.store.written.length
  for (const [url, own] of urls) {
    for (const method of ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE'] as const) {
      if (own.includes(method)) continue
      for (const body of ['', '{', JSON.stringify({ key_type: 'ED25519', controller: 'x' })]) {
        const reply = await exchange(port, rawRequest(method, fill(url, {}), body))
        t.equal(reply.status, 405, `${method} ${url}`)
        t.equal(reply.headers['allow'], own.join(', '))
        if (method === 'HEAD') t.equal(reply.text, '')
        else t.equal(errorIn(reply), 'METHOD_NOT_ALLOWED')
      }
    }
  }
  t.equal(app.store.written.length, before, 'nothing was stored')
})

t.test('no route is left out here', async t => {
  const { result: app, routes: registered } = await withRoutes(() => buildApp(t))
  const found: string[] = []
  for (const route of registered) {
    const [method = '', path = ''] = route.split(' ')
    // Every other method of a path is registered as well, to be refused.
    if ((await app.send({ method: method as Method, path })).status !== 405) found.push(route)
  }
  // The routes of the controller and of sessions have bodies and callers of their own, and those of health and documentation
  // have none: all have tests of their own.
  const elsewhere =
    /^\w+ (\/v1\/keystores\/:keystoreId(\/zcaps\/.*|\/sessions.*)?|\/health.*|\/docs.*|\/openapi\.json)$/
  // What stands beside it is a keystore, and its body is not looked at: `vault.test.ts`.
  const known = ['POST /v1/keystores/did', ...all.map(({ method, url }) => `${method} ${url}`)]
  t.strictSame(found.filter(route => !elsewhere.test(route)).sort(), known.sort())
})

async function listen({ server }: Awaited<ReturnType<typeof buildApp>>): Promise<number> {
  return Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port)
}

function positions(url: string): readonly (readonly ['keystoreId' | 'keyId', string])[] {
  const found = [
    ['keystoreId', 'KEYSTORE_NOT_FOUND'],
    ['keyId', 'KEY_NOT_FOUND'],
  ] as const
  return found.filter(([name]) => url.includes(`:${name}`))
}

function errorIn({ headers, text }: Awaited<ReturnType<typeof exchange>>): unknown {
  try {
    return errorOf({ status: 0, headers, text, body: JSON.parse(text) })
  } catch {
    return text
  }
}
