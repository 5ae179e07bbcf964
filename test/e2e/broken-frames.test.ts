import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { exchange, parseReply, type RawReply, rawConnection, rawRequest } from '../support/raw-http.ts'
import { errorOf } from '../support/refusals.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const errorIn = (reply: RawReply) => errorOf({ ...reply, body: JSON.parse(reply.text || 'null') })

t.test('a client that never finishes is cut off with 408', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory, environment: { KMS_REQUEST_TIMEOUT: '300ms' } })
  t.teardown(() => service.stop())
  const beginnings = [
    'POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\n',
    'POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20\r\n\r\n{"contr',
  ]
  for (const bytes of beginnings) {
    const { socket, received, closed } = await rawConnection(Number(new URL(service.url).port))
    socket.write(bytes)
    await closed
    const reply = parseReply(received())
    t.equal(reply.status, 408)
    t.equal(errorIn(reply), 'REQUEST_TIMEOUT')
  }
})

t.test('what is no HTTP request, or a dangerous one, is refused in the shape of every error', async t => {
  const service = await startService({ directory: await temporaryDirectory(t) })
  t.teardown(() => service.stop())
  const port = Number(new URL(service.url).port)
  const head = 'POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\n'
  const cases: readonly (readonly [name: string, bytes: string, status: number, code: string])[] = [
    [
      'headers of 20 kB',
      rawRequest('GET', '/healthcheck', '', [`x-large: ${'x'.repeat(20_000)}`]),
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['a path of 20 kB', rawRequest('GET', `/${'x'.repeat(20_000)}`), 431, 'HEADERS_TOO_LARGE'],
    ['no HTTP', 'certainly not HTTP\r\n\r\n', 400, 'INVALID_REQUEST'],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400, 'INVALID_REQUEST'],
    ['two lengths', `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400, 'INVALID_REQUEST'],
    [
      'a length and chunks',
      `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'INVALID_REQUEST',
    ],
    ['a length that is no number', `${head}content-length: 0x2\r\n\r\n{}`, 400, 'INVALID_REQUEST'],
    ['a negative length', `${head}content-length: -2\r\n\r\n{}`, 400, 'INVALID_REQUEST'],
    ['a chunk that is no number', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400, 'INVALID_REQUEST'],
    ['a space before the colon', 'GET /healthcheck HTTP/1.1\r\nhost : localhost\r\n\r\n', 400, 'INVALID_REQUEST'],
    ['a NUL in a header', 'GET /healthcheck HTTP/1.1\r\nhost: local\0host\r\n\r\n', 400, 'INVALID_REQUEST'],
    [
      'a length beyond the limit',
      `${head}connection: close\r\ncontent-length: 99999999\r\n\r\n`,
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ]
  for (const [name, bytes, status, code] of cases) {
    const reply = await exchange(port, bytes)
    t.equal(reply.status, status, name)
    t.equal(errorIn(reply), code, name)
  }
  const expecting = rawRequest('GET', '/healthcheck', '', ['expect: a-miracle'])
  t.equal((await exchange(port, expecting)).status, 200, 'what nobody knows is not expected (RFC 9110 section 10.1.1)')
  t.equal((await exchange(port, rawRequest('GET', '/healthcheck'))).status, 200, 'the service goes on')
  t.equal(await service.stop(), 0)
})
