import { buildServer } from '@keyhold/app'
import t from 'tap'
import { parseReply, rawConnection } from '../../support/raw-http.ts'
import { errorOf } from '../../support/refusals.ts'
import { testPorts } from '../../support/test-ports.ts'

/** What a client has sent when it falls silent. */
const beginnings: readonly (readonly [name: string, bytes: string])[] = [
  ['half a request line', 'POST /v1/keyst'],
  ['half the headers', 'POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\n'],
  ['half a body', 'POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\ncontent-length: 30\r\n\r\n{"controller"'],
  ['half a chunk', 'POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n30\r\n{'],
]

t.test('a client that never finishes its request is told so and cut off', async t => {
  const server = await buildServer({ ports: testPorts('slow'), requestTimeout: 200 })
  t.teardown(() => server.close())
  const port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port)
  await Promise.all(
    beginnings.map(async ([name, bytes]) => {
      const { socket, received, closed } = await rawConnection(port)
      socket.write(bytes)
      await closed
      const { status, headers, text } = parseReply(received())
      t.equal(status, 408, name)
      t.equal(headers['connection'], 'close', name)
      t.equal(errorOf({ status, headers, text, body: JSON.parse(text || 'null') }), 'REQUEST_TIMEOUT', name)
    }),
  )
})

t.test('a client that drips its request is cut off as well', async t => {
  const server = await buildServer({ ports: testPorts('slow'), requestTimeout: 200 })
  t.teardown(() => server.close())
  const port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port)
  const { socket, received, closed } = await rawConnection(port)
  socket.write('POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n')
  const drip = setInterval(() => socket.writable && socket.write(' '), 20)
  await closed
  clearInterval(drip)
  t.equal(parseReply(received()).status, 408)
})

t.test('any time limit that the settings allow can be served', async t => {
  for (const requestTimeout of [1, 30_000, 600_000, 2 ** 31 - 1]) {
    const server = await buildServer({ ports: testPorts('slow'), requestTimeout })
    t.ok(server, `${requestTimeout} ms`)
    await server.close()
  }
})
