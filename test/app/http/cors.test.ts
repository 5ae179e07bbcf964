import { admitAnyone } from '@keyhold/app/http/authentication/admission.js'
import t from 'tap'
import { buildApp, type Method } from '../../support/build-app.ts'

const origin = 'https://wallet.example'
const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'digest, signature' }
/** Whoever asks is served: who that is is not what this is about. */
const everyone = () => ({ admission: admitAnyone, signer: admitAnyone, visitor: admitAnyone, invoker: admitAnyone })

const allowed = ['access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers'] as const

t.test('nobody’s pages, unless it is said', async t => {
  const app = await buildApp(t)
  const preflight = await app.send({ method: 'OPTIONS', path: '/v1/keystores', headers: asked })
  t.equal(preflight.status, 405)
  const reply = await app.send({ method: 'GET', path: '/healthcheck', headers: { origin } })
  for (const name of allowed) t.notOk(name in preflight.headers || name in reply.headers)
})

t.test('pages of any origin', async t => {
  const app = await buildApp(t, { allowedOrigins: 'any', authenticators: everyone })
  for (const path of ['/v1/keystores', '/v1/keystores/none/keys/none/sign', '/nowhere']) {
    const { status, headers, text } = await app.send({ method: 'OPTIONS', path, headers: asked })
    t.equal(status, 204, path)
    t.equal(text, '')
    t.equal(headers['access-control-allow-origin'], '*')
    t.equal(headers['access-control-allow-methods'], 'GET, POST, PUT, DELETE, OPTIONS')
    t.equal(headers['access-control-allow-headers'], 'digest, signature', 'whatever was asked for')
    t.equal(headers['access-control-max-age'], '60')
    t.notOk('access-control-allow-credentials' in headers)
  }
  const body = { controller: 'did:example:owner' }
  const made = await app.send({ method: 'POST', path: '/v1/keystores', body, headers: { origin } })
  t.equal(made.status, 200)
  t.equal(made.headers['access-control-allow-origin'], '*')
  t.match(made.headers['access-control-expose-headers'], /retry-after/)
  const refused = await app.send({ method: 'GET', path: '/v1/keystores/none/keys/none/export', headers: { origin } })
  t.ok(refused.status >= 400)
  t.equal(refused.headers['access-control-allow-origin'], '*', 'a page may read why it was refused')
})

t.test('pages of some origins', async t => {
  const app = await buildApp(t, { allowedOrigins: [origin, 'https://other.example'], authenticators: everyone })
  const originOf = async (from: string, method: Method = 'OPTIONS') => {
    const path = method === 'OPTIONS' ? '/v1/keystores' : '/healthcheck'
    const { headers } = await app.send({ method, path, headers: { ...asked, origin: from } })
    t.match(headers['vary'], /origin/i)
    return headers['access-control-allow-origin']
  }
  for (const method of ['OPTIONS', 'GET'] as const) {
    t.equal(await originOf(origin, method), origin)
    t.equal(await originOf('https://other.example', method), 'https://other.example')
    const others = ['https://evil.example', `${origin}.evil.example`, 'http://wallet.example', `${origin}:444`, 'null']
    for (const other of others) t.not(await originOf(other, method), other, other)
  }
})

t.test('what is no question of a browser is answered as before', async t => {
  const app = await buildApp(t, { allowedOrigins: 'any', authenticators: everyone })
  const plain = { method: 'OPTIONS', path: '/v1/keystores' } as const
  t.ok((await app.send(plain)).status >= 400)
  t.equal((await app.send({ method: 'DELETE', path: '/v1/keystores' })).status, 405)
  t.equal((await app.send({ method: 'GET', path: '/nowhere' })).status, 404)
})
