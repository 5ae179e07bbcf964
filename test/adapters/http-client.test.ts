import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpClient, HttpFailure } from '@keyhold/adapters/shared/http.js'
import t, { type Test } from 'tap'
import { buildConnector } from 'undici'

/** A server that answers with `listener`, and a client with its URL. */
async function pair(t: Test, listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new HttpClient({ timeout: 10_000, maximumBytes: 1000 })
  t.teardown(async () => {
    await client.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?query`
  return { client, call: { method: 'POST', url, headers: {}, signal: AbortSignal.timeout(10_000) } as const }
}

t.test('a request arrives as it was given, and its answer of any status comes back', async t => {
  const { client, call } = await pair(t, async (request, response) => {
    const { method, url, headers } = request
    const body = Buffer.concat(await request.toArray()).toString()
    response.writeHead(418).end([method, url, headers['x-test'], headers['content-length'], body].join())
  })
  const answer = await client.send({ ...call, headers: { 'x-test': 'yes' }, body: Buffer.from('body') })
  t.equal(answer.status, 418)
  t.equal(answer.body.toString(), 'POST,/path?query,yes,4,body')
})

t.test('a redirect is not followed', async t => {
  let requests = 0
  const { client, call } = await pair(t, (_, response) => {
    requests += 1
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  t.equal((await client.send(call)).status, 307)
  t.equal(requests, 1)
})

t.test('an answer may be as large as the bound, and no larger, whatever it says of its length', async t => {
  const { client, call } = await pair(t, (request, response) => {
    const length = Number(request.headers['x-length'])
    if (request.headers['x-chunked'] === 'no') response.setHeader('content-length', length)
    response.write(Buffer.alloc(1))
    response.end(Buffer.alloc(length - 1))
  })
  for (const chunked of ['no', 'yes']) {
    const headers = { 'x-chunked': chunked }
    t.equal((await client.send({ ...call, headers: { ...headers, 'x-length': '1000' } })).body.length, 1000)
    t.equal(await failure(client.send({ ...call, headers: { ...headers, 'x-length': '1001' } })), 'size')
  }
})

t.test('the signal ends a call in each of its stages', async t => {
  const stages: Readonly<Record<string, RequestListener>> = {
    'before the head': () => undefined,
    'before the body': (_, response) => void response.writeHead(200).flushHeaders(),
    'within the body': (_, response) => void response.write('x'),
  }
  for (const [name, listener] of Object.entries(stages)) {
    const { client, call } = await pair(t, listener)
    t.equal(await failure(client.send({ ...call, signal: AbortSignal.timeout(100) })), 'deadline', name)
  }
})

t.test('a call that waits for a connection ends with its signal, and is not sent later', async t => {
  const requests: string[] = []
  const { call } = await pair(t, (request, response) => {
    requests.push(`${request.headers['x-name']}`)
    response.end()
  })
  const inTime = buildConnector({ timeout: 10_000 })
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  const client = new HttpClient({
    timeout: 10_000,
    connections: 1,
    connect: (target, callback) => void opened.then(() => inTime(target, callback)),
  })
  t.teardown(() => client.close())
  const send = (name: string, signal: AbortSignal) => client.send({ ...call, headers: { 'x-name': name }, signal })
  const controller = new AbortController()
  const early = failure(send('early', controller.signal))
  const queued = failure(send('queued', controller.signal))
  const last = send('last', AbortSignal.timeout(10_000))
  controller.abort()
  t.equal(await early, 'deadline')
  t.equal(await queued, 'deadline')
  t.equal(await failure(send('never', AbortSignal.abort())), 'deadline')
  open()
  t.equal((await last).status, 200)
  t.strictSame(requests, ['last'])
})

t.test('a connection that breaks says no more than its code', async t => {
  const { client, call } = await pair(t, request => void request.socket.destroy())
  const message = /^the connection failed \([A-Z_]+\)$/
  await t.rejects(client.send({ ...call, body: Buffer.from('secret') }), { name: 'HttpFailure', message })
})

t.test('close ends the calls that are under way, and may be called again', async t => {
  const { client, call } = await pair(t, () => undefined)
  const ended = failure(client.send(call))
  await client.close()
  await client.close()
  t.equal(await ended, 'connection')
  t.equal(await failure(client.send(call)), 'connection')
})

async function failure(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
    return 'none'
  } catch (error) {
    return error instanceof HttpFailure ? error.reason : `not an HttpFailure: ${error}`
  }
}
