import { inspect } from 'node:util'
import { FixedClock } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { KmsError, SecretBytes } from '@keyhold/core'
import t, { type Test } from 'tap'
import { FakeAuthServer } from '../support/auth-server.ts'
import { fixedToken, hex, httpSecretSharesSuite, openShares, share } from '../support/http-secret-shares.ts'
import type { Fault } from '../support/loopback-server.ts'
import { secretsIn } from '../support/secret-forms.ts'
import { until } from '../support/until.ts'

await httpSecretSharesSuite(t, async (t, shares) => {
  const { server, url } = await startServer(t, shares)
  return { url, token: server.token, requests: async () => server.asked.length }
})

async function startServer(t: Test, shares: ReadonlyMap<string, Uint8Array> = new Map([['alice', share]])) {
  const server = new FakeAuthServer()
  server.shares = shares
  const url = await server.listen()
  t.teardown(() => server.stop())
  return { server, url, token: fixedToken(server.token), clock: new FixedClock('2026-01-01T00:00:00Z') }
}

const answer =
  (status: number, text: string): Fault =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'text/plain', location: '/elsewhere' }).end(text)

const hang: Fault = () => undefined
const cut: Fault = request => void request.socket.destroy()
const drip: Fault = (_, response) => {
  response.writeHead(200)
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

const secret = Buffer.from(share).toString('base64')

/** What the server, or whatever stands before it, answers; and what becomes of it. */
const faults: Readonly<Record<string, readonly [code: string, fault: Fault, timeout?: number]>> = {
  'an unknown user': ['SHARE_REJECTED', answer(400, 'non-existent user')],
  'an unknown user, as JSON': ['SHARE_REJECTED', answer(400, '{"message":"non-existent user"}')],
  'no parameter': ['SHARE_REJECTED', answer(400, 'missing parameter')],
  'a token that is not base64': ['SHARE_UNAVAILABLE', answer(400, 'failed to decode token: illegal base64 data')],
  'a proxy that does not understand': ['SHARE_UNAVAILABLE', answer(400, '<html>400 Bad Request</html>')],
  'a proxy that wants a login': ['SHARE_UNAVAILABLE', answer(401, '')],
  'no permission': ['SHARE_UNAVAILABLE', answer(403, 'unauthorized')],
  'no permission, in the words for a user': ['SHARE_UNAVAILABLE', answer(403, 'non-existent user')],
  'nothing there': ['SHARE_UNAVAILABLE', answer(404, '404 page not found')],
  'too many requests': ['SHARE_UNAVAILABLE', answer(429, '')],
  'an internal error': ['SHARE_UNAVAILABLE', answer(500, 'failed to query secrets store: non-existent user')],
  'a bad gateway': ['SHARE_UNAVAILABLE', answer(502, '<html>Bad Gateway</html>')],
  unavailable: ['SHARE_UNAVAILABLE', answer(503, '')],
  'another success': ['SHARE_UNAVAILABLE', answer(201, `{"secret":"${secret}"}`)],
  'no content': ['SHARE_UNAVAILABLE', answer(204, '')],
  'a redirect': ['SHARE_UNAVAILABLE', answer(302, '')],
  'a redirect that keeps the method': ['SHARE_UNAVAILABLE', answer(307, '')],
  'a page': ['SHARE_UNAVAILABLE', answer(200, '<html>Welcome</html>')],
  nothing: ['SHARE_UNAVAILABLE', answer(200, '')],
  'no object': ['SHARE_UNAVAILABLE', answer(200, 'null')],
  'a text alone': ['SHARE_UNAVAILABLE', answer(200, JSON.stringify(secret))],
  'no member': ['SHARE_UNAVAILABLE', answer(200, '{"message":"x"}')],
  'a member of another name': ['SHARE_UNAVAILABLE', answer(200, `{"Secret":"${secret}"}`)],
  null: ['SHARE_UNAVAILABLE', answer(200, '{"secret":null}')],
  'a list': ['SHARE_UNAVAILABLE', answer(200, `{"secret":["${secret}"]}`)],
  'a number': ['SHARE_UNAVAILABLE', answer(200, '{"secret":1}')],
  'no base64': ['SHARE_UNAVAILABLE', answer(200, '{"secret":"!"}')],
  'the URL alphabet': ['SHARE_UNAVAILABLE', answer(200, '{"secret":"-_-_"}')],
  'JSON that ends too early': ['SHARE_UNAVAILABLE', answer(200, `{"secret":"${secret}`)],
  'a share, and more': ['SHARE_UNAVAILABLE', answer(200, `{"secret":"${secret}"}{}`)],
  'ten megabytes': ['SHARE_UNAVAILABLE', answer(200, `{"secret":"${'A'.repeat(10_000_000)}"}`)],
  'an empty share': ['SHARE_REJECTED', answer(200, '{"secret":""}')],
  'no answer': ['SHARE_UNAVAILABLE', hang, 200],
  'a head alone': ['SHARE_UNAVAILABLE', (_, response) => void response.writeHead(200).flushHeaders(), 200],
  'a body that drips': ['SHARE_UNAVAILABLE', drip, 200],
  'a connection that breaks': ['SHARE_UNAVAILABLE', cut],
  'a body that breaks': [
    'SHARE_UNAVAILABLE',
    (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"secret":', () => request.socket.destroy())
    },
  ],
}

t.test('whatever comes in place of an answer has its code, and it goes on afterwards', async t => {
  const { server, url, token } = await startServer(t)
  for (const [name, [code, fault, timeout = 10_000]] of Object.entries(faults)) {
    const shares = await openShares(t, { url, token, timeout })
    server.fault = fault
    t.equal(await outcome(() => shares.fetchShare('alice')), code, name)
    t.equal(await outcome(() => shares.check()), code === 'SHARE_REJECTED' ? 'done' : code, `${name}: check`)
    server.fault = undefined
    // On a busy machine a call of which the time is short may be late once more.
    if (timeout < 10_000) await until(async () => (await outcome(() => shares.fetchShare('alice'))) === 'done')
    t.equal((await shares.fetchShare('alice')).lend(hex), hex(share))
  }
})

t.test('what is asked is one GET with the token in base64', async t => {
  const { server, url, token } = await startServer(t)
  const shares = await openShares(t, { url, token })
  const seen: unknown[] = []
  server.fault = ({ method, url, headers }, response) => {
    seen.push([method, url, headers.authorization])
    response.end(`{"secret":"${secret}"}`)
  }
  await shares.fetchShare('a b&c=d+é#')
  t.strictSame(seen, [['GET', '/secret?sub=a%20b%26c%3Dd%2B%C3%A9%23', 'Bearer c2VjcmV0LWFwaS10b2tlbg==']])
})

t.test('nobody listens', async t => {
  const { server, url, token } = await startServer(t)
  await server.stop()
  const shares = await openShares(t, { url, token })
  await t.rejects(shares.fetchShare('alice'), { code: 'SHARE_UNAVAILABLE', cause: { reason: 'connection' } })
  await t.rejects(shares.check(), { code: 'SHARE_UNAVAILABLE' })
})

t.test('a call is repeated once if the connection broke, and not after an answer', async t => {
  const { server, url, token } = await startServer(t)
  const shares = await openShares(t, { url, token })
  const attempts = async (fault: Fault, times: number) => {
    const before = server.asked.length
    let left = times
    server.fault = (request, response, body) => {
      left -= 1
      if (left === 0) server.fault = undefined
      fault(request, response, body)
    }
    const end = await outcome(() => shares.fetchShare('alice'))
    server.fault = undefined
    return [end, server.asked.length - before]
  }
  t.strictSame(await attempts(cut, 2), ['SHARE_UNAVAILABLE', 2])
  t.strictSame(await attempts(answer(500, ''), 2), ['SHARE_UNAVAILABLE', 1])
  t.strictSame(await attempts(answer(503, ''), 2), ['SHARE_UNAVAILABLE', 1])
  t.strictSame(await attempts(answer(200, 'A'.repeat(100_000)), 2), ['SHARE_UNAVAILABLE', 1])
  t.strictSame(await attempts(cut, 1), ['done', 2])
})

t.test('a subject that is no text, or endless, is nobody: it is not asked for', async t => {
  const { server, url, token } = await startServer(t)
  const shares = await openShares(t, { url, token })
  for (const subject of ['\ud800', 'a\udfff', 'a'.repeat(4097), 'é'.repeat(700)]) {
    t.equal(await outcome(() => shares.fetchShare(subject)), 'SHARE_REJECTED')
  }
  t.strictSame(server.asked, [])
  server.fault = hang
  const impatient = await openShares(t, { url, token, timeout: 100 })
  t.equal(await outcome(() => impatient.fetchShare('\ud800')), 'SHARE_REJECTED')
  t.equal(await outcome(() => impatient.check()), 'SHARE_UNAVAILABLE', 'and shows nothing of the server')
})

t.test('a server that does not answer is left alone for a while, then tried', async t => {
  const { server, url, token, clock } = await startServer(t)
  const shares = await openShares(t, { url, token, clock })
  await shares.fetchShare('alice')
  server.fault = answer(503, '')
  for (const _ of [1, 2, 3, 4, 5]) await outcome(() => shares.fetchShare('bob'))
  t.equal(server.asked.length, 6)
  for (const call of [() => shares.fetchShare('bob'), () => shares.fetchShare('carol')]) {
    await t.rejects(call(), { code: 'SHARE_UNAVAILABLE', message: 'the holder of the shares does not answer' })
  }
  t.equal(server.asked.length, 6, 'not asked')
  t.equal(await outcome(() => shares.fetchShare('alice')), 'done', 'what is kept needs no server')
  clock.advance(5000)
  await outcome(() => shares.fetchShare('bob'))
  t.equal(server.asked.length, 7, 'tried')
  await outcome(() => shares.fetchShare('bob'))
  t.equal(server.asked.length, 7, 'in vain')
  clock.advance(5000)
  server.fault = undefined
  t.equal(await outcome(() => shares.fetchShare('bob')), 'SHARE_REJECTED')
  t.equal(await outcome(() => shares.fetchShare('carol')), 'SHARE_REJECTED', 'there again')
})

t.test('a server that hangs is left alone as well', async t => {
  const { server, url, token, clock } = await startServer(t)
  const shares = await openShares(t, { url, token, clock, timeout: 50 })
  server.fault = hang
  const cause = async () => {
    const error = await shares.fetchShare('alice').catch((error: unknown) => error)
    return error instanceof KmsError && error.cause instanceof Error ? error.cause.message : `${error}`
  }
  t.match(await cause(), /in time/)
  await until(async () => (await cause()) === 'the last calls were not answered, so this one was not made')
  const asked = server.asked.length
  await cause()
  t.equal(server.asked.length, asked)
})

t.test('one subject for which the server fails does not take it from the others', async t => {
  const { server, url, token } = await startServer(t)
  const shares = await openShares(t, { url, token })
  server.fault = answer(500, '')
  for (let call = 0; call < 20; call += 1) await outcome(() => shares.fetchShare('bob'))
  server.fault = undefined
  t.equal(await outcome(() => shares.fetchShare('alice')), 'done')
})

t.test('check asks the server only if it has not answered for a while', async t => {
  const { server, url, token, clock } = await startServer(t)
  const shares = await openShares(t, { url, token, clock })
  await shares.check()
  t.strictSame(server.asked, [''])
  clock.advance(9999)
  await shares.check()
  t.equal(server.asked.length, 1)
  clock.advance(1)
  server.fault = answer(403, 'unauthorized')
  t.equal(await outcome(() => shares.check()), 'SHARE_UNAVAILABLE')
  t.equal(await outcome(() => shares.check()), 'SHARE_UNAVAILABLE', 'a failure is not remembered')
  server.fault = undefined
  await shares.fetchShare('alice')
  const asked = server.asked.length
  await shares.check()
  t.equal(server.asked.length, asked, 'any answer shows that it is there')
})

t.test('no more shares are kept than may be', async t => {
  const { server, url, token } = await startServer(t, new Map(['a', 'b', 'c'].map(subject => [subject, share])))
  const shares = await openShares(t, { url, token, cache: { ttl: 60_000, max: 2 } })
  for (const subject of ['a', 'b', 'a', 'c', 'a', 'b']) await shares.fetchShare(subject)
  t.strictSame(server.asked, ['a', 'b', 'c', 'b'])
})

t.test('a share that leaves is wiped: by its age, for another, and at the end', async t => {
  const { url, token, clock } = await startServer(t, new Map(['a', 'b', 'c'].map(subject => [subject, share])))
  const shares = await openShares(t, { url, token, clock, cache: { ttl: 60_000, max: 2 } })
  const wiped = countWipes(t)
  await shares.fetchShare('a')
  await shares.fetchShare('b')
  t.equal(wiped(), 0)
  await shares.fetchShare('c')
  t.equal(wiped(), 1, 'a, for c')
  clock.advance(60_001)
  await shares.fetchShare('b')
  t.equal(wiped(), 2, 'b, by its age')
  await shares.close()
  t.equal(wiped(), 4, 'the new b, and c')
})

t.test('what is kept no time at all is wiped after its use', async t => {
  const { server, url, token } = await startServer(t)
  const shares = await openShares(t, { url, token, cache: { ttl: 0, max: 100 } })
  const wiped = countWipes(t)
  for (const calls of [1, 2, 3]) {
    t.equal((await shares.fetchShare('alice')).lend(hex), hex(share))
    t.strictSame([server.asked.length, wiped()], [calls, calls])
  }
})

t.test('what is too old is wiped also if nobody asks for it', async t => {
  const { url, token, clock } = await startServer(t)
  const shares = await openShares(t, { url, token, clock, cache: { ttl: 20, max: 100 } })
  const wiped = countWipes(t)
  await shares.fetchShare('alice')
  clock.advance(21)
  await until(() => wiped() === 1)
})

/** How many shares have been wiped since. */
function countWipes(t: Test): () => number {
  const { wipe } = SecretBytes.prototype
  let count = 0
  t.capture(SecretBytes.prototype, 'wipe', function (this: SecretBytes) {
    if (this.length === share.length) count += 1
    wipe.call(this)
  })
  return () => count
}

t.test('a thousand calls are under way at most, and close ends them', async t => {
  const { server, url, token } = await startServer(t)
  const shares = await openShares(t, { url, token, cache: { ttl: 0, max: 1 } })
  server.fault = hang
  const calls = Array.from({ length: 1000 }, (_, index) => outcome(() => shares.fetchShare(`${index}`)))
  await t.rejects(shares.fetchShare('alice'), {
    code: 'SHARE_UNAVAILABLE',
    cause: { message: 'too many calls are under way' },
  })
  await shares.close()
  t.strictSame(new Set(await Promise.all(calls)), new Set(['SHARE_UNAVAILABLE']))
})

t.test('a token that cannot be had, or is long in coming, is no fault of the caller', async t => {
  const { server, url } = await startServer(t)
  const missing = async () => {
    throw Object.assign(new Error('ENOENT: no such file, open /secret/path'), { code: 'ENOENT' })
  }
  const shares = await openShares(t, { url, token: missing })
  const error = await shares.fetchShare('alice').catch((error: unknown) => error)
  t.match(error, { code: 'SHARE_UNAVAILABLE', cause: { message: 'the token cannot be read (ENOENT)' } })
  const slow = await openShares(t, { url, token: () => new Promise(() => undefined), timeout: 100 })
  t.equal(await outcome(() => slow.fetchShare('alice')), 'SHARE_UNAVAILABLE')
  t.equal(await outcome(() => slow.check()), 'SHARE_UNAVAILABLE')
  t.equal(server.asked.length, 0)
})

t.test('the token is wiped after each call', async t => {
  const { server, url } = await startServer(t)
  const tokens: Buffer[] = []
  const token = async () => {
    const bytes = Buffer.from(server.token)
    tokens.push(bytes)
    return new SecretBytes(bytes)
  }
  const shares = await openShares(t, { url, token })
  await shares.fetchShare('alice')
  await outcome(() => shares.fetchShare('bob'))
  t.strictSame(tokens.map(hex), ['00'.repeat(16), '00'.repeat(16)])
})

t.test('no error shows the share, the token or the subject, whatever is answered', async t => {
  const { server, url, token } = await startServer(t)
  const subject = 'did:example:alice-of-wonderland'
  const secrets = { share, token: Buffer.from(server.token), subject: Buffer.from(subject) }
  for (const status of [200, 302, 307, 400, 401, 403, 404, 500, 503]) {
    const shares = await openShares(t, { url, token })
    server.fault = (request, response) => {
      const text = `{"secret":"${secret}","x":${request.rawHeaders.join()}${request.url}`
      response.writeHead(status, 'unauthorized', { location: String(request.headers.authorization) }).end(text)
    }
    const error = await shares.fetchShare(subject).catch((error: unknown) => error)
    t.ok(error instanceof KmsError)
    const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
    t.strictSame(secretsIn(shown, secrets), [], `${status}`)
    t.match(shown, /the server answered \d{3}|not one of an auth server/, 'the cause says what was answered')
  }
})
