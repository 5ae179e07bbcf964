import t from 'tap'
import { buildApp, idOf, type Request } from '../../support/build-app.ts'
import { exchange, rawRequest } from '../../support/raw-http.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'

const path = '/v1/keystores'
const body = JSON.stringify({ controller: 'did:example:alice' })

/** Content types that requests arrive with: existing clients, `curl -d`, proxies, and nonsense. */
const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'text/plain',
  'application/octet-stream',
  'application/vnd.api+json; version=1',
  'APPLICATION/JSON',
  'a',
  '',
  ' ',
  '*/*',
  'json',
  '; charset=utf-8',
  'application/',
  '/json',
  'application/json, text/plain',
  'x'.repeat(4000),
]

t.test('a body is JSON whatever its content type says', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  for (const contentType of contentTypes) {
    const name = JSON.stringify(contentType.slice(0, 40))
    const headers = [`content-type: ${contentType}`]
    t.equal((await exchange(port, rawRequest('POST', path, body, headers))).status, 200, name)
    const key = JSON.stringify({ key_type: 'HMACSHA256Tag256', key: Buffer.alloc(32, 1).toString('base64') })
    t.equal((await exchange(port, rawRequest('PUT', `${keystore}/keys`, key, headers))).status, 200, name)
    t.equal((await exchange(port, rawRequest('POST', path, '', headers))).status, 400, `${name} without a body`)
    t.equal((await exchange(port, rawRequest('POST', path, '{', headers))).status, 400, `${name} with a bad body`)
  }
  t.equal((await exchange(port, rawRequest('POST', path, body))).status, 200, 'no content type')
})

t.test('a body may arrive in chunks', async t => {
  const app = await buildApp(t)
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  const chunked = (...chunks: readonly string[]) =>
    [
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n`,
      ...chunks.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`),
      '0\r\n\r\n',
    ].join('')
  t.equal((await exchange(port, chunked(body.slice(0, 5), body.slice(5)))).status, 200)
  t.equal((await exchange(port, chunked())).status, 400, 'no chunk')
  t.equal((await exchange(port, chunked(' '.repeat(2 ** 20), body))).status, 413, 'too large in sum')
})

t.test('an answer may be asked for in any type', async t => {
  const app = await buildApp(t)
  for (const accept of ['text/html', '*/*', '', 'nonsense', 'application/json;q=0']) {
    const reply = await app.send({ method: 'POST', path, body, headers: { accept } })
    t.equal(reply.status, 200)
    t.match(reply.headers['content-type'], /^application\/json(;|$)/)
  }
})

t.test('a body may be as large as the limit and not a byte more', async t => {
  const app = await buildApp(t, { bodyLimit: 1024 })
  const padded = (length: number): Request => ({ method: 'POST', path, body: body.padEnd(length, ' ') })
  t.equal((await app.send(padded(1024))).status, 200)
  await refusals(t, app, [['a byte more', padded(1025), 413, 'PAYLOAD_TOO_LARGE']])
})

t.test('a deeply nested body is read or refused like any other', async t => {
  const app = await buildApp(t)
  const nested = (depth: number) => `{"controller":"did:example:alice","x":${'['.repeat(depth)}${']'.repeat(depth)}}`
  for (const depth of [10, 1000, 100_000]) {
    t.equal((await app.send({ method: 'POST', path, body: nested(depth) })).status, 200, `${depth} levels`)
  }
  const deep = `${'['.repeat(500_000)}`
  const table: Refusal[] = [['a body that only opens', { method: 'POST', path, body: deep }, 400, 'INVALID_REQUEST']]
  await refusals(t, app, table)
})

t.test('a member that looks like the prototype pollutes nothing', async t => {
  const app = await buildApp(t)
  const bodies = [
    '{"__proto__":{"controller":"did:example:x"}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"controller":"did:example:x","constructor":"text"}',
  ]
  for (const text of bodies) await app.send({ method: 'POST', path, body: text })
  t.notOk('polluted' in {})
  t.notOk('controller' in {})
})

t.test('URLs begin with the base URL', async t => {
  for (const base of ['https://kms.example', 'http://127.0.0.1:8076', 'https://kms.example/a/b']) {
    const app = await buildApp(t, { baseUrl: base })
    const created = await app.send({ method: 'POST', path, body })
    t.match(created.body.key_store_url, new RegExp(`^${base}/v1/keystores/[A-Za-z0-9_-]+$`))
    const keystore = `/v1/keystores/${idOf(created.body.key_store_url)}`
    const key = await app.send({ method: 'POST', path: `${keystore}/keys`, body: { key_type: 'ED25519' } })
    t.ok(key.body.key_url.startsWith(`${base}${keystore}/keys/`))
  }
})
