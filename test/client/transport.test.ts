import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CallOptions, Keyhold, KeyholdError, type KeyholdOptions } from '@keyhold/client'
import { isRepeatable } from '@keyhold/client/actions.js'
import t, { type Test } from 'tap'
import { routes } from '../app/http/authorization/routes.ts'
import { rejection } from '../support/rejection.ts'

/** What a fake service answers to one request: a status with headers and a body, or nothing. */
type Outcome = Response | 'nothing'

const service = 'https://kms.example'
const key = `${service}/v1/keystores/1/keys/2`
const ok = () => Response.json({ signature: 'AAAA' })
const error = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json({ code, message: 'a sentence', errMessage: 'a sentence' }, { status, headers })

/** A client of a service that answers one outcome after the other, and what it was asked. */
function fakeService(outcomes: readonly Outcome[], options: Partial<KeyholdOptions> = {}) {
  const sent: { method: string | undefined; headers: Headers }[] = []
  const client = new Keyhold({
    url: service,
    ...options,
    fetch: async (_url, init) => {
      const outcome = outcomes[sent.length]
      sent.push({ method: init?.method, headers: new Headers(init?.headers) })
      if (outcome === undefined) throw new Error('asked once too often')
      if (outcome === 'nothing') throw new TypeError('fetch failed')
      return outcome
    },
  })
  return { client, sent }
}

/** A server that answers anything; its URL. */
async function answering(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('what leaves nothing behind is sent again when there is no answer, or a later one is promised', async t => {
  const busy = () => error(503, 'OVERLOADED', { 'retry-after': '0' })
  const rows: readonly [name: string, outcomes: Outcome[], sent: number, expected: object, options?: CallOptions][] = [
    ['an answer', [ok()], 1, {}],
    ['no answer at first', ['nothing', ok()], 2, {}],
    ['no answer at all', ['nothing', 'nothing', 'nothing'], 3, { name: 'TypeError', message: 'fetch failed' }],
    ['503 at first', [busy(), ok()], 2, {}],
    ['503 from something else', [new Response('', { status: 503 }), ok()], 2, {}],
    ['429 at first', [error(429, 'RATE_LIMITED', { 'retry-after': '0' }), ok()], 2, {}],
    ['503 all the time', [busy(), busy(), busy()], 3, { status: 503, code: 'OVERLOADED', retryAfter: 0 }],
    ['one of each', ['nothing', busy(), ok()], 3, {}],
    ['later than the deadline', [error(503, 'LOCK_REFUSED', { 'retry-after': '30' })], 1, { retryAfter: 30 }],
    ['not if it is not wanted', [busy()], 1, { status: 503 }, { retries: 0 }],
    ['once more if that is wanted', [busy(), busy()], 2, { status: 503 }, { retries: 1 }],
  ]
  for (const [name, outcomes, count, expected, options] of rows) {
    const { client, sent } = fakeService(outcomes)
    const call = client.key(key).sign(Buffer.from('hello'), { timeout: 20_000, ...options })
    if (Object.keys(expected).length === 0) t.equal((await call).length, 3, name)
    else t.match(await rejection(call), expected, name)
    t.equal(sent.length, count, name)
  }
  for (const status of [400, 401, 403, 404, 409, 422, 500, 501, 502]) {
    const { client, sent } = fakeService([error(status, 'X')])
    t.match(await rejection(client.key(key).sign(Buffer.of())), { status, code: 'X' })
    t.equal(sent.length, 1, `${status}`)
  }
})

t.test('what creates or changes is sent once', async t => {
  const changes: readonly ((client: Keyhold) => Promise<unknown>)[] = [
    client => client.createKeystore({ controller: 'a' }),
    client => client.keystore(`${service}/v1/keystores/1`).createKey('ED25519'),
    client => client.keystore(`${service}/v1/keystores/1`).importKey('ED25519', { key: Buffer.alloc(1) }),
    client => client.keystore(`${service}/v1/keystores/1`).update({ revision: 2 }),
    client => client.keystore(`${service}/v1/keystores/1`).updateVault({}),
    client => client.keystore(`${service}/v1/keystores/1`).revoke({ id: 'urn:x' }),
    client => client.key(key).rotate('ED25519'),
  ]
  for (const change of changes) {
    for (const outcome of ['nothing', error(503, 'OVERLOADED'), error(429, 'X')] as const) {
      const { client, sent } = fakeService([outcome])
      await t.rejects(change(client), String(change))
      t.equal(sent.length, 1, String(change))
    }
  }
})

t.test('the routes that may be repeated are those that leave nothing behind', async t => {
  const once = routes.filter(({ method, path }) => !isRepeatable(method, service + path))
  t.strictSame(
    once.map(({ method, path }) => `${method} ${path.replace('/v1/keystores', '')}`),
    [
      'POST ',
      'POST /did',
      'POST /:keystoreId',
      'POST /:keystoreId/zcaps/revocations/:capabilityId',
      'POST /:keystoreId/sessions',
      'DELETE /:keystoreId/sessions/:sessionId',
      'POST /:keystoreId/keys',
      'PUT /:keystoreId/keys',
      'POST /:keystoreId/edv',
      'POST /:keystoreId/keys/:keyId/rotate',
    ],
  )
})

t.test('a request is authorized anew whenever it is sent', async t => {
  const tokens = ['Bearer 1', 'Bearer 2']
  const headersOf = () => ({ authorization: tokens.shift() ?? '' })
  const { client, sent } = fakeService(['nothing', ok()], { authorization: { headersOf } })
  await client.key(key).sign(Buffer.from('hello'))
  t.strictSame(
    sent.map(({ headers }) => headers.get('authorization')),
    ['Bearer 1', 'Bearer 2'],
  )
})

t.test('a call ends when it is told to, or at its deadline', async t => {
  const never: typeof fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      const onAbort = () => reject(init?.signal?.reason)
      if (init?.signal?.aborted) onAbort()
      init?.signal?.addEventListener('abort', onAbort)
    })
  const hanging = new Keyhold({ url: service, fetch: never, timeout: 50 }).key(key)
  await t.rejects(hanging.sign(Buffer.of()), { name: 'TimeoutError' })

  const reason = new Error('nobody wants to know any more')
  const controller = new AbortController()
  const patient = new Keyhold({ url: service, fetch: never }).key(key)
  const call = patient.sign(Buffer.of(), { signal: controller.signal })
  controller.abort(reason)
  await t.rejects(call, reason)
  await t.rejects(patient.sign(Buffer.of(), { signal: AbortSignal.abort(reason) }), reason, 'before it is sent')

  const paused = new AbortController()
  const { client, sent } = fakeService([error(503, 'OVERLOADED', { 'retry-after': '20' })])
  const waiting = client.key(key).sign(Buffer.of(), { signal: paused.signal })
  setTimeout(() => paused.abort(reason), 20)
  await t.rejects(waiting, reason, 'while it waits')
  t.equal(sent.length, 1)
})

t.test('errors have a status and a code, and what the answer says besides', async t => {
  const soon = new Date(Date.now() + 3_600_000).toUTCString()
  const rows: readonly [Response, object][] = [
    [error(404, 'KEY_NOT_FOUND'), { status: 404, code: 'KEY_NOT_FOUND', message: 'a sentence', retryAfter: undefined }],
    [error(409, 'CONFLICT', { 'x-request-id': 'req-1' }), { status: 409, code: 'CONFLICT', requestId: 'req-1' }],
    [
      new Response('<html>Bad Gateway</html>', { status: 502 }),
      { status: 502, code: 'UNKNOWN', message: 'answered 502' },
    ],
    [new Response('"text"', { status: 500 }), { status: 500, code: 'UNKNOWN' }],
    [new Response('null', { status: 500 }), { status: 500, code: 'UNKNOWN' }],
    [new Response('{"code":1,"message":2}', { status: 500 }), { status: 500, code: 'UNKNOWN' }],
    [new Response(null, { status: 204 }), { status: 204, code: 'UNKNOWN' }],
    [new Response('<html>'), { status: 200, code: 'UNKNOWN', message: 'the answer is not JSON' }],
    [error(503, 'X', { 'retry-after': 'soon' }), { status: 503, retryAfter: undefined }],
  ]
  for (const [response, expected] of rows) {
    const { client } = fakeService([response], { retries: 0 })
    const rejected = await rejection(client.key(key).sign(Buffer.of()))
    t.ok(rejected instanceof KeyholdError)
    t.match(rejected, { name: 'KeyholdError', ...expected })
  }
  const { client } = fakeService([error(503, 'X', { 'retry-after': soon })])
  const rejected = await rejection(client.key(key).sign(Buffer.of()))
  t.ok(rejected instanceof KeyholdError && (rejected.retryAfter ?? 0) > 3000, 'a date is so many seconds from now')
})

t.test('a share, and whose it is, are sent as the service reads them', async t => {
  const { client, sent } = fakeService([ok()], { userShare: { share: Buffer.from('c2hhcmU='), user: 'Zoë' } })
  await client.key(key).sign(Buffer.of())
  t.equal(sent[0]?.headers.get('secret-share'), 'c2hhcmU=')
  t.equal(Buffer.from(sent[0]?.headers.get('auth-user') ?? '', 'latin1').toString('utf8'), 'Zoë')
})

t.test('whether a service is ready', async t => {
  const readiness = { status: 'unavailable', store: 'unavailable', lock: 'ok' }
  t.equal(await fakeService([Response.json(readiness, { status: 503 })]).client.isReady(), false)
  t.equal(await fakeService([Response.json({ status: 'ok' })]).client.isReady(), true)
  t.match(await rejection(fakeService([error(404, 'NOT_FOUND')]).client.isReady()), { status: 404 })
})

t.test('a signed request is never sent on to where it was not meant for', async t => {
  let reached = false
  const elsewhere = await answering(t, (_request, response) => {
    reached = true
    response.end('{}')
  })
  const url = await answering(t, (_request, response) => response.writeHead(307, { location: elsewhere }).end())
  await t.rejects(new Keyhold({ url, retries: 0 }).vaultDid(), TypeError)
  t.notOk(reached)
})
