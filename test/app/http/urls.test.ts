import { buildServer } from '@keyhold/app'
import t from 'tap'
import { parseReply, rawConnection } from '../../support/raw-http.ts'
import { testPorts } from '../../support/test-ports.ts'

const body = JSON.stringify({ controller: 'did:example:alice' })

t.test('without a base URL, URLs begin with where the service listens', async t => {
  const server = await buildServer({ ports: testPorts('urls') })
  t.teardown(() => server.close())
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  const reply = await server.inject({ method: 'POST', url: '/v1/keystores', payload: body })
  t.match(reply.json().key_store_url, new RegExp(`^${origin}/v1/keystores/[A-Za-z0-9_-]{24}$`))
})

t.test('a server that never listens answers all the same', async t => {
  const server = await buildServer({ ports: testPorts('urls') })
  t.teardown(() => server.close())
  const reply = await server.inject({ method: 'POST', url: '/v1/keystores', payload: body })
  t.equal(reply.statusCode, 200)
  t.match(reply.json().key_store_url, /^http:\/\/localhost\/v1\/keystores\/[A-Za-z0-9_-]{24}$/)
})

t.test('a request under way while the server closes is answered as ever, and its connection ends', async t => {
  const server = await buildServer({ ports: testPorts('urls') })
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  const { socket, received, closed } = await rawConnection(Number(new URL(origin).port))
  const arrived = new Promise(resolve => server.server.once('request', resolve))
  const head = `POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`
  socket.write(head + body.slice(0, 10))
  await arrived
  const closing = server.close()
  socket.write(body.slice(10))
  await Promise.all([closing, closed])
  const { status, headers, text } = parseReply(received())
  t.equal(status, 200)
  t.equal(headers['connection'], 'close')
  t.match(JSON.parse(text).key_store_url, new RegExp(`^${origin}/v1/keystores/`))
})
