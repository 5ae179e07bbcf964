import { once } from 'node:events'
import { inspect } from 'node:util'
import { systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { type Caller, type LockPort, type SecretBytes, splitSecret, UserShare, unauthenticated } from '@keyhold/core'
import t, { type Test } from 'tap'
import { type AppOptions, base64, buildApp, type Method, pathOf } from '../../support/build-app.ts'
import { CountingShares } from '../../support/counting-shares.ts'
import { exchange, rawConnection, rawRequest } from '../../support/raw-http.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { errorOf } from '../../support/refusals.ts'
import { until } from '../../support/until.ts'

const random = systemRandom()
const message = base64('hello')
const creation = JSON.stringify({ controller: 'a', lock: { type: 'shamir' } })

t.test('a request fetches the share once, whatever it does, and only for a lock that needs it', async t => {
  const { app, shares, alice } = await setUp(t, { cache: { max: 0, ttl: 0 } })
  const count = async (method: Method, path: string, body?: object) => {
    shares.fetched.length = 0
    const reply = await alice(method, path, body)
    t.equal(reply.status, 200, `${method} ${path}: ${reply.text}`)
    t.strictSame(shares.fetched, ['alice'], `${method} ${path}`)
    return reply.body
  }
  const keystore = pathOf((await count('POST', '/v1/keystores', { controller: 'a' })).key_store_url)
  const key = pathOf((await count('POST', `${keystore}/keys`, { key_type: 'ED25519' })).key_url)
  await count('POST', `${key}/sign`, { message })
  await count('POST', `${key}/rotate`, { key_type: 'ED25519' })
  await count('GET', `${key}/export`)
  const imported = { key_type: 'AES256GCM', key: base64(Buffer.alloc(32, 1)) }
  await count('PUT', `${keystore}/keys`, imported)

  shares.fetched.length = 0
  const held = { controller: 'a', lock: { type: 'server-held' } }
  const other = pathOf((await alice('POST', '/v1/keystores', held)).body.key_store_url)
  t.equal((await alice('POST', `${other}/keys`, { key_type: 'ED25519' })).status, 200)
  t.equal((await alice('GET', keystore)).status, 200, 'what is shown to the controller is nothing of the keys')
  t.equal((await app.send({ method: 'GET', path: '/healthcheck' })).status, 200)
  t.strictSame(shares.fetched, [])
})

t.test('who is not let in does not make the service fetch a share', async t => {
  let caller: Caller | undefined = { kind: 'local' }
  const authenticate = async () => {
    if (caller === undefined) throw unauthenticated('nobody')
    return { caller }
  }
  const authenticators = () => ({
    admission: authenticate,
    signer: authenticate,
    visitor: authenticate,
    invoker: authenticate,
  })
  const { shares, alice } = await setUp(t, { authenticators })
  const keystore = pathOf((await alice('POST', '/v1/keystores', { controller: 'a' })).body.key_store_url)
  const key = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
  const requests: [method: Method, path: string, body: object][] = [
    ['POST', `${keystore}/keys`, { key_type: 'ED25519' }],
    ['POST', `${key}/sign`, { message }],
    ['POST', `${key}/rotate`, { key_type: 'ED25519' }],
    ['POST', `${keystore}/edv`, { capability: base64('{}') }],
  ]
  shares.fetched.length = 0
  for (const [principal, status] of [
    [undefined, 401],
    [{ kind: 'admitted' }, 403],
  ] as const) {
    caller = principal
    for (const request of requests) t.equal((await alice(...request)).status, status, request[1])
  }
  caller = undefined
  t.equal((await alice('POST', '/v1/keystores', { controller: 'a' })).status, 401)
  caller = { kind: 'local' }
  for (const [method, path, body] of [
    ['POST', `${key}/sign`, { message: 7 }],
    ['POST', `${key}/sign`, { message: 'no base64!' }],
    ['POST', '/v1/keystores', { controller: '' }],
    ['POST', '/v1/keystores', { controller: 7 }],
  ] as const) {
    t.equal((await alice(method, path, body)).status, 400)
  }
  t.equal((await alice('POST', `${keystore}x/keys`, { key_type: 'ED25519' })).status, 404)
  t.strictSame(shares.fetched, [])
})

t.test('what a request has brought along and opened is wiped with its answer', async t => {
  const { shares, alice, closed, locks } = await setUp(t)
  const keystore = pathOf((await alice('POST', '/v1/keystores', { controller: 'a' })).body.key_store_url)
  const key = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
  const requests: [status: number, method: Method, path: string, body: object | undefined][] = [
    [200, 'POST', `${key}/sign`, { message }],
    [200, 'GET', `${key}/export`, undefined],
    [400, 'POST', `${key}/sign`, { message: 7 }],
    [400, 'POST', `${key}/sign`, undefined],
    [422, 'POST', `${key}/encrypt`, { message }],
    [404, 'POST', `${keystore}/keys/none/sign`, { message }],
    [409, 'POST', keystore, { controller: 'b', revision: 9 }],
    [413, 'POST', `${key}/sign`, { message: 'A'.repeat(10_000) }],
  ]
  for (const [status, method, path, body] of requests) {
    const before = closed.length
    const reply = await alice(method, path, body)
    t.equal(reply.status, status, `${method} ${path}: ${reply.text}`)
    t.equal(closed.length, before + 1, `${status}: closed once`)
  }
  const before = closed.length
  t.equal((await alice('PUT', `${key}/sign`, { message })).status, 405)
  t.equal(closed.length, before, 'where nothing is done nothing is read')
  t.ok(locks.length > 0 && shares.given.length > 3 && closed.length > 8)
  t.strictSame(await leftOpen(closed, shares.given, locks), [])
})

/** What a client has sent of a request when it goes away, or falls silent. */
const beginnings: readonly (readonly [name: string, bytes: string])[] = [
  ['before the body', `content-length: ${creation.length}\r\n\r\n`],
  ['within the body', `content-length: ${creation.length}\r\n\r\n${creation.slice(0, 9)}`],
  ['within a chunk', 'transfer-encoding: chunked\r\n\r\nff\r\n{'],
  ['with a chunk that is none', 'transfer-encoding: chunked\r\n\r\nzz\r\n'],
]

t.test('the same when the client goes away', async t => {
  const { shares, closed, locks, listen } = await setUp(t)
  const { send, arrival } = await listen()
  for (const [name, bytes] of beginnings) {
    const before = closed.length
    const arrived = arrival()
    const { socket, closed: ended } = await send(bytes)
    await arrived
    socket.destroy()
    await ended
    await until(() => closed.length > before)
    t.equal(closed.length, before + 1, name)
  }
  // While the share is fetched: the request is done to its end, and nobody waits for its answer.
  let asked: () => void = () => undefined
  let answer: () => void = () => undefined
  const isAsked = new Promise<void>(resolve => (asked = resolve))
  const isAnswered = new Promise<void>(resolve => (answer = resolve))
  shares.before = () => {
    asked()
    return isAnswered
  }
  const before = closed.length
  const close = arrival().then(([request]) => once(request.socket, 'close'))
  const { socket, closed: ended } = await send(`content-length: ${creation.length}\r\n\r\n${creation}`)
  await isAsked
  socket.destroy()
  await Promise.all([ended, close])
  t.equal(closed.length, before, 'what is still used is not taken away')
  answer()
  await until(() => closed.length > before)
  t.strictSame(await leftOpen(closed, shares.given, locks), [])
})

t.test('the same when the client never ends its request', async t => {
  const { shares, closed, locks, listen } = await setUp(t, { requestTimeout: 300 })
  const { send, arrival } = await listen()
  for (const [name, bytes] of beginnings) {
    const before = closed.length
    let hasArrived = false
    // On a busy machine the time may be over before anything has arrived: then nothing was brought along.
    while (!hasArrived) {
      void arrival().then(() => (hasArrived = true))
      await (await send(bytes)).closed
    }
    await until(() => closed.length > before)
    t.equal(closed.length, before + 1, name)
  }
  t.strictSame(await leftOpen(closed, shares.given, locks), [])
})

t.test('a share or a name that is sent twice, empty or too long', async t => {
  const { app, share } = await setUp(t)
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  const sent = (name: string) => `secret-share: ${name}`
  const rows: [name: string, headers: string[], status: number, code?: string][] = [
    ['right', [sent(share), 'auth-user: alice'], 200],
    ['twice', [sent(share), sent(share), 'auth-user: alice'], 400, 'INVALID_REQUEST'],
    ['twice, one empty', [sent(share), sent(''), 'auth-user: alice'], 400, 'INVALID_REQUEST'],
    ['two names', [sent(share), 'auth-user: alice', 'auth-user: alice'], 400, 'INVALID_REQUEST'],
    ['empty', [sent(''), 'auth-user: alice'], 400, 'INVALID_REQUEST'],
    ['an empty name', [sent(share), 'auth-user: '], 400, 'INVALID_REQUEST'],
    ['a long share', [sent('A'.repeat(1025)), 'auth-user: alice'], 400, 'INVALID_REQUEST'],
    ['a long name', [sent(share), `auth-user: ${'a'.repeat(513)}`], 400, 'INVALID_REQUEST'],
    ['the longest name', [sent(share), `auth-user: ${'a'.repeat(512)}`], 403, 'SHARE_REJECTED'],
    ['bytes that are no ASCII', [sent('\xe9\xff'.repeat(22)), 'auth-user: alice'], 400, 'INVALID_REQUEST'],
  ]
  for (const [name, headers, status, code] of rows) {
    const reply = await exchange(port, rawRequest('POST', '/v1/keystores', creation, headers))
    const body = JSON.parse(reply.text)
    t.strictSame([reply.status, body.code], [status, code], name)
    if (code !== undefined) t.equal(errorOf({ ...reply, body }), code, name)
  }
})

t.test('a name is what its bytes are in UTF-8', async t => {
  const { app, share, shares } = await setUp(t)
  const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
  const send = async (bytes: Uint8Array) => {
    const headers = [`secret-share: ${share}`, `auth-user: ${Buffer.from(bytes).toString('latin1')}`]
    const reply = await exchange(port, rawRequest('POST', '/v1/keystores', creation, headers))
    return JSON.parse(reply.text).code
  }
  for (const name of ['café', '用户', 'did:example:é?x=%41&y', '\ufeffa']) {
    t.equal(await send(Buffer.from(name)), 'SHARE_REJECTED', name)
    t.equal(shares.fetched.at(-1), name)
  }
  shares.fetched.length = 0
  for (const bytes of ['ff', 'c0af', 'eda080', '61e9']) {
    t.equal(await send(Buffer.from(bytes, 'hex')), 'INVALID_REQUEST', bytes)
  }
  t.strictSame(shares.fetched, [])
})

t.test('no log and no error shows a share', async t => {
  const { log, entries } = recordingLog()
  const { app, share, held, alice, replies } = await setUp(t, { log, cache: { max: 0, ttl: 0 } })
  const keystore = pathOf((await alice('POST', '/v1/keystores', { controller: 'a' })).body.key_store_url)
  await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })
  const wrong = [share.slice(4), share.replace(/^./, '*'), `${share}${share}`, base64(random(33)), base64(held)]
  for (const each of wrong) {
    const headers = { 'auth-user': 'alice', 'secret-share': each }
    replies.push(await app.send({ method: 'POST', path: `${keystore}/keys`, headers, body: { key_type: 'ED25519' } }))
  }
  t.ok(entries.some(({ args }) => inspect(args).includes('SHARE_REJECTED')))
  const shown = inspect([entries, replies], {
    depth: 20,
    maxStringLength: null,
    maxArrayLength: null,
    showHidden: true,
  })
  const forms = [share, held, ...wrong].flatMap(each => {
    const bytes = typeof each === 'string' ? Buffer.from(each) : Buffer.from(each)
    const raw = Buffer.from(bytes.toString('latin1'), 'base64')
    return [bytes.toString('latin1'), ...[bytes, raw].flatMap(form => [form.toString('base64'), form.toString('hex')])]
  })
  t.strictSame(
    forms.filter(form => form.length > 8 && shown.toLowerCase().includes(form.toLowerCase())),
    [],
  )
})

async function setUp(t: Test, options: AppOptions = {}) {
  const [own, held] = await splitSecret('gf256-11b', random(32), random)
  const shares = new CountingShares([['alice', held]])
  const locks: LockPort[] = []
  const observeLock = (lock: LockPort) => {
    locks.push(lock)
    return lock
  }
  const closed: UserShare[] = []
  const close = UserShare.prototype.close
  t.intercept(UserShare.prototype, 'close', {
    value(this: UserShare) {
      closed.push(this)
      return close.call(this)
    },
  })
  const ports = { shares }
  const app = await buildApp(t, { ports, trustedProxies: ['127.0.0.1'], observeLock, bodyLimit: 8192, ...options })
  const share = base64(own)
  const headers = { 'auth-user': 'alice', 'secret-share': share }
  const replies: unknown[] = []
  const alice = async (method: Method, path: string, body?: object) => {
    const reply = await app.send({ method, path, headers, ...(body && { body }) })
    replies.push(reply)
    return reply
  }
  /** Serves clients of which a test decides about every byte after the headers that bring the share along. */
  const listen = async () => {
    const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port)
    const head = `POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\nauth-user: alice\r\nsecret-share: ${share}\r\n`
    const send = async (rest: string) => {
      const connection = await rawConnection(port)
      connection.socket.write(head + rest)
      return connection
    }
    return { send, arrival: () => once(app.server.server, 'request') }
  }
  return { app, shares, share, held, alice, closed, locks, replies, listen }
}

/** What can still be used of shares and locks. */
async function leftOpen(closed: UserShare[], given: SecretBytes[], locks: LockPort[]): Promise<string[]> {
  const texts = [...closed.map(({ text }) => text), ...given]
  const isOpen = (secret: SecretBytes) => {
    try {
      return secret.lend(() => true)
    } catch {
      return false
    }
  }
  const outcomes = await Promise.all(locks.map(lock => outcome(() => lock.check())))
  return [...texts.filter(isOpen).map(() => 'a share'), ...outcomes.filter(each => each !== 'LOCK_UNAVAILABLE')]
}
