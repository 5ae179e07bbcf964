import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { GuardedHttp, type GuardedHttpOptions } from '@keyhold/adapters/shared/guarded-http.js'
import { HttpFailure } from '@keyhold/adapters/shared/http.js'
import { UrlGuard } from '@keyhold/adapters/shared/url-guard.js'
import t, { type Test } from 'tap'
import { selfSignedCertificate } from '../support/certificate.ts'
import { goodUrls, hostileUrls } from '../support/hostile-urls.ts'
import { detour, trap } from '../support/trap.ts'
import { until } from '../support/until.ts'

const outside = '93.184.215.14'

function open(t: Test, allow: readonly string[], options: Partial<GuardedHttpOptions> = {}) {
  const http = new GuardedHttp({ guard: new UrlGuard({ allow }), timeout: 10_000, maximumBytes: 1000, ...options })
  t.teardown(() => http.close())
  return http
}

const call = (url: string, headers = {}, milliseconds = 10_000) =>
  ({ method: 'GET', url, headers, signal: AbortSignal.timeout(milliseconds) }) as const

async function failure(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'none',
    error => (error instanceof HttpFailure ? error.reason : `${error}`),
  )
}

const greet: RequestListener = (_, response) => void response.end('hello')

t.test('no hostile URL makes a connection', async t => {
  const { port, ...inside } = await trap(t, greet)
  t.strictSame(inside, { connections: 0, requests: [] })
  const server = await trap(t, greet)
  const { connect, dialled } = detour(server.port)
  const http = open(t, [], { connect, resolve: async () => [outside] })
  for (const [name, url] of hostileUrls) t.equal(await failure(http.send(call(url))), 'address', name)
  t.equal(server.connections, 0)
  t.equal(dialled.length, 0)
  // The same way, good URLs get there: the server does not speak TLS, so that this is all there is to them.
  for (const [name, url] of goodUrls) t.equal(await failure(http.send(call(url))), 'connection', name)
  t.equal(server.connections, dialled.length)
  t.ok(dialled.length >= goodUrls.length)
})

t.test('with the real resolver and connector, no URL leads to this machine', async t => {
  const server = await trap(t, greet)
  const { port } = server
  const http = new GuardedHttp({ guard: new UrlGuard({ allow: [], ports: [port] }), timeout: 10_000 })
  t.teardown(() => http.close())
  const hosts = ['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f.1', '0', '[::1]', '[::ffff:7f00:1]', '[::]']
  for (const host of hosts) {
    for (const scheme of ['http', 'https']) {
      t.equal(await failure(http.send(call(`${scheme}://${host}:${port}/`))), 'address', `${scheme} ${host}`)
    }
  }
  t.equal(server.connections, 0)
})

t.test('an allowed origin inside is called with plain HTTP, by name and by address', async t => {
  const server = await trap(t, async (request, response) => {
    response.writeHead(418).end([request.headers['x-test'], Buffer.concat(await request.toArray())].join())
  })
  const origins = [`http://127.0.0.1:${server.port}`, `http://localhost:${server.port}`]
  const http = open(t, origins)
  for (const origin of origins) {
    const post = {
      ...call(`${origin}/edvs/z1`, { 'x-test': 'yes' }),
      method: 'POST',
      body: Buffer.from('body'),
    } as const
    const { status, body } = await http.send(post)
    t.equal(status, 418)
    t.equal(body.toString(), 'yes,body')
  }
  t.strictSame(
    server.requests,
    origins.map(origin => `POST ${origin.slice('http://'.length)}/edvs/z1`),
  )
})

t.test('a redirect inside is answered, and not followed', async t => {
  const inside = await trap(t, greet)
  const server = await trap(t, (request, response) => {
    response.writeHead(Number(request.url?.slice(1)), { location: `http://127.0.0.1:${inside.port}/` }).end()
  })
  const http = open(t, [`http://127.0.0.1:${server.port}`])
  for (const status of [301, 302, 303, 307, 308]) {
    t.equal((await http.send(call(`http://127.0.0.1:${server.port}/${status}`))).status, status)
  }
  t.equal(inside.connections, 0)
})

t.test('an open connection serves no other name, port or scheme', async t => {
  const server = await trap(t, greet)
  const { port } = server
  const guard = new UrlGuard({ allow: [`http://a.example.com:${port}`], ports: [443, port] })
  const http = new GuardedHttp({ guard, timeout: 10_000, resolve: async () => ['127.0.0.1'] })
  t.teardown(() => http.close())
  const allowed = call(`http://a.example.com:${port}/`)
  for (let i = 0; i < 5; i++) await http.send(allowed)
  const { connections } = server
  t.ok(connections < 5, 'they are kept open')
  const others = ['http://b.example.com', 'https://a.example.com', 'https://b.example.com', 'http://127.0.0.1']
  for (const origin of others) t.equal(await failure(http.send(call(`${origin}:${port}/`))), 'address', origin)
  const host = { host: `a.example.com:${port}` }
  t.equal(await failure(http.send(call(`https://b.example.com:${port}/`, host))), 'address', 'by a header')
  await http.send(allowed)
  t.equal(server.connections, connections)
  t.equal(server.requests.length, 6)
})

t.test('proxies of the environment are not asked', async t => {
  const proxy = await trap(t, greet)
  const server = await trap(t, greet)
  const names = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
    'NODE_USE_ENV_PROXY',
  ]
  const before = names.map(name => [name, process.env[name]] as const)
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  const { connect, dialled } = detour(server.port)
  const http = open(t, [`http://127.0.0.1:${server.port}`], { connect, resolve: async () => [outside] })
  t.equal((await http.send(call(`http://127.0.0.1:${server.port}/`))).status, 200)
  t.equal(await failure(http.send(call('https://vault.example.com/'))), 'connection')
  t.strictSame(
    dialled.map(({ hostname }) => hostname),
    ['127.0.0.1', outside],
  )
  t.equal(proxy.connections, 0)
})

t.test('the certificate must be that of the name, and be trusted', async t => {
  const certificate = selfSignedCertificate('vault.example.com')
  const server = await trap(t, greet, certificate)
  const { connect, dialled } = detour(server.port, { ca: [certificate.cert] })
  const http = open(t, [], { connect, resolve: async () => [outside] })
  t.equal((await http.send(call('https://vault.example.com/'))).body.toString(), 'hello')
  const host = { host: 'vault.example.com' }
  for (const url of ['https://other.example.com/', `https://${outside}/`, 'https://example.com/']) {
    for (const headers of [{}, host]) {
      const message = 'the connection failed (ERR_TLS_CERT_ALTNAME_INVALID)'
      await t.rejects(http.send(call(url, headers)), { reason: 'connection', message }, url)
    }
  }
  t.ok(dialled.every(({ hostname }) => hostname === outside))
  t.strictSame(server.requests, ['GET vault.example.com/'], 'nothing else was asked')
})

t.test('a certificate that nobody vouches for is refused, whatever the environment says', async t => {
  const server = await trap(t, greet, selfSignedCertificate('localhost'))
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  t.teardown(() => {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
  })
  const http = open(t, [`https://localhost:${server.port}`])
  const message = 'the connection failed (DEPTH_ZERO_SELF_SIGNED_CERT)'
  await t.rejects(http.send(call(`https://localhost:${server.port}/`)), { reason: 'connection', message })
  t.strictSame(server.requests, [])
})

t.test('an answer without an end is cut off at the bound', async t => {
  let sent = 0
  let ended = false
  const server = await trap(t, (_, response) => {
    response.writeHead(200, { 'content-length': 2 ** 30 })
    response.on('close', () => (ended = true))
    stream(response, bytes => (sent += bytes))
  })
  const http = open(t, [`http://127.0.0.1:${server.port}`], { maximumBytes: 100_000 })
  t.equal(await failure(http.send(call(`http://127.0.0.1:${server.port}/`))), 'size')
  await until(() => ended)
  t.ok(sent < 2 ** 26, `the server got rid of ${sent} bytes`)
})

function stream(response: ServerResponse, count: (bytes: number) => void): void {
  const chunk = Buffer.alloc(65_536)
  const more = () => {
    while (!response.destroyed) {
      count(chunk.length)
      if (!response.write(chunk)) return
    }
  }
  response.on('drain', more)
  more()
}

t.test('what is slow ends with the deadline, and what is broken as a connection', async t => {
  const drip = (head: string, part: string) => (socket: Socket) => {
    socket.write(head)
    const timer = setInterval(() => socket.write(part), 10)
    socket.on('close', () => clearInterval(timer))
  }
  const answers: readonly (readonly [name: string, reason: string, answer: (socket: Socket) => void])[] = [
    ['silence', 'deadline', () => undefined],
    ['a head that drips', 'deadline', drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n')],
    ['a body that drips', 'deadline', drip('HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n', 'x')],
    ['chunks that drip', 'deadline', drip('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\nx\r\n')],
    ['informational heads without an end', 'deadline', drip('', 'HTTP/1.1 102 Processing\r\n\r\n')],
    ['half a body', 'connection', socket => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
    ['half a head', 'connection', socket => void socket.end('HTTP/1.1 200 OK\r\ncont')],
    ['a reset', 'connection', socket => void socket.resetAndDestroy()],
    ['garbage', 'connection', socket => void socket.end(Buffer.alloc(500, 0xfe))],
    ['another protocol', 'connection', socket => void socket.end('220 mail.example.com ESMTP\r\n')],
    ['a head that is too large', 'connection', socket => void socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1e6)}`)],
    [
      'two lengths',
      'connection',
      socket => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'),
    ],
    ['an upgrade', 'connection', socket => void socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n')],
  ]
  for (const [name, reason, answer] of answers) {
    const server = createServer(socket => {
      socket.on('error', () => undefined).once('data', () => answer(socket))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const http = open(t, [origin])
    const milliseconds = reason === 'deadline' ? 200 : 10_000
    t.equal(await failure(http.send(call(origin, {}, milliseconds))), reason, name)
  }
})

t.test('a server that never begins TLS is given up', async t => {
  const server = createServer(socket => void socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`
  t.equal(await failure(open(t, [origin]).send(call(origin, {}, 200))), 'deadline')
  t.equal(await failure(open(t, [origin], { timeout: 100 }).send(call(origin))), 'connection')
})

t.test('a failure repeats nothing of the call', async t => {
  const { connect } = detour((await trap(t, (_, response) => void response.socket?.destroy())).port)
  const http = open(t, [], { connect, resolve: async () => [outside] })
  const urls = [
    'https://secret.example.com/secret',
    'https://secret.localhost/',
    'https://u:secret@example.com/?secret',
  ]
  for (const url of urls) {
    const secret = { ...call(url, { authorization: 'secret' }), method: 'POST', body: Buffer.from('secret') } as const
    const error = await http.send(secret).catch(reason => reason)
    t.ok(error instanceof HttpFailure)
    t.notMatch(`${error.stack} ${JSON.stringify(error)} ${error.cause}`, /secret/, url)
  }
})

t.test('close ends the calls that are under way, and may be called again', async t => {
  const server = await trap(t, () => undefined)
  const http = open(t, [`http://127.0.0.1:${server.port}`])
  const ended = failure(http.send(call(`http://127.0.0.1:${server.port}/`)))
  await http.close()
  await http.close()
  t.equal(await ended, 'connection')
})
