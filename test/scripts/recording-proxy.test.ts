import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { CallRecord, lineOf } from '@keyhold/scripts/servers/call-record.js'
import { MessageReader } from '@keyhold/scripts/servers/mongo-messages.js'
import { recordKms, recordMongo } from '@keyhold/scripts/servers/recording-proxy.js'
import { startRoundRobin } from '@keyhold/scripts/servers/round-robin.js'
import { BSON } from 'mongodb'
import t, { type Test } from 'tap'
import { until } from '../support/until.ts'

interface Parts {
  readonly id?: number
  readonly responseTo?: number
  readonly operation?: number
  readonly flags?: number
  /** Behind the flags. */
  readonly sections: readonly Uint8Array[]
}

/** A message of the wire protocol, as the MongoDB documentation writes it down. */
function message({ id = 1, responseTo = 0, operation = 2013, flags = 0, sections }: Parts): Buffer {
  const body = Buffer.concat([u32(flags), ...sections, ...(flags & 1 ? [u32(0)] : [])])
  return Buffer.concat([u32(16 + body.length), u32(id), u32(responseTo), u32(operation), body])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const bodySection = (command: object) => Buffer.concat([Uint8Array.of(0), BSON.serialize(command)])

/** Documents that stand beside the body. */
function sequenceSection(name: string, documents: readonly object[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map(document => BSON.serialize(document))])
  return Buffer.concat([Uint8Array.of(1), u32(4 + content.length), content])
}

async function listening(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

t.test('messages are read in whatever pieces they arrive', async t => {
  const find = message({ id: 7, sections: [bodySection({ find: 'keys', filter: { a: 'x'.repeat(3000) } })] })
  const ping = message({ id: 8, sections: [bodySection({ ping: 1, $db: 'admin' })] })
  const documents = sequenceSection('documents', [{ find: 'not a command' }])
  const insert = message({ id: 9, flags: 1, sections: [documents, bodySection({ insert: 'schlüssel' }), documents] })
  const old = message({ id: 10, operation: 2004, sections: [Buffer.from('anything')] })
  const answer = message({ id: 11, responseTo: 9, sections: [bodySection({ ok: 1 })] })
  const all = Buffer.concat([find, ping, insert, old, answer])
  const expected = [
    { id: 7, responseTo: 0, command: { name: 'find', collection: 'keys' } },
    { id: 8, responseTo: 0, command: { name: 'ping', collection: '' } },
    { id: 9, responseTo: 0, command: { name: 'insert', collection: 'schlüssel' } },
    { id: 10, responseTo: 0 },
    { id: 11, responseTo: 9, command: { name: 'ok', collection: '' } },
  ]
  for (const size of [1, 2, 3, 15, 16, 17, 100, 1000, all.length]) {
    const reader = new MessageReader()
    const read = []
    for (let at = 0; at < all.length; at += size) read.push(...reader.read(all.subarray(at, at + size)))
    t.strictSame(read, expected, `pieces of ${size} bytes`)
  }
  for (const length of [0, 15, 48_000_001, 0xffff_ffff]) {
    t.throws(() => new MessageReader().read(Buffer.concat([u32(length), Buffer.alloc(12)])), /not the MongoDB protocol/)
  }
})

t.test('in front of a database: what passes is unchanged, and noted before it is passed on', async t => {
  const record = new CallRecord()
  const sockets: Socket[] = []
  const seen: string[][] = []
  let received = Buffer.alloc(0)
  const server = createServer(socket => {
    sockets.push(socket)
    socket
      .on('error', () => undefined)
      .on('data', piece => {
        received = Buffer.concat([received, piece])
        seen.push(record.since(0).map(lineOf))
      })
  })
  const port = await listening(t, server)
  const proxy = await recordMongo(`mongodb://127.0.0.1:${port}/?directConnection=true`, record)
  t.teardown(() => proxy.stop())
  const { port: proxyPort, search } = new URL(proxy.url)
  t.equal(search, '?directConnection=true')

  const client = connect(Number(proxyPort), '127.0.0.1')
  let answered = Buffer.alloc(0)
  client.on('error', () => undefined).on('data', piece => (answered = Buffer.concat([answered, piece])))
  const hello = message({ id: 1, sections: [bodySection({ hello: 1, $db: 'admin' })] })
  const insert = message({ id: 2, sections: [bodySection({ insert: 'keys', $db: 'x' })] })
  client.write(Buffer.concat([hello, insert.subarray(0, 20)]))
  await until(() => received.length === hello.length + 20)
  t.strictSame(record.since(0), [], 'what is about connections is not noted, and nothing before it is whole')
  client.write(insert.subarray(20))
  await until(() => received.length === hello.length + insert.length)
  t.strictSame(received, Buffer.concat([hello, insert]))
  t.strictSame(seen.at(-1), ['→ database insert keys'])

  proxy.valve.pause('answers')
  const answer = message({ id: 3, responseTo: 2, sections: [bodySection({ ok: 1 })] })
  sockets[0]?.write(answer)
  proxy.valve.pause('requests')
  client.write(message({ id: 4, sections: [bodySection({ find: 'keys' })] }))
  await until(() => record.now === 2)
  t.equal(received.length, hello.length + insert.length, 'a request is held')
  t.equal(answered.length, 0, 'an answer is held')
  proxy.valve.resume()
  await until(() => answered.length === answer.length && received.length > hello.length + insert.length)
  t.strictSame(answered, answer)
  t.strictSame(record.since(0).map(lineOf), [
    '→ database insert keys',
    '→ database find keys',
    '← database insert keys',
  ])

  proxy.valve.cut()
  await once(client, 'close')
  const refused = connect(Number(proxyPort), '127.0.0.1').on('error', () => undefined)
  await once(refused, 'close')
  t.equal(sockets.length, 1, 'while it is cut nobody gets through')
  proxy.valve.resume()
  connect(Number(proxyPort), '127.0.0.1').on('error', () => undefined)
  await until(() => sockets.length === 2)
})

t.test('in front of KMS: what passes is unchanged, and a call that is cut off has no answer', async t => {
  const record = new CallRecord()
  const requests: unknown[] = []
  const server = createHttpServer(async (request, response) => {
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += piece
    requests.push([request.method, request.url, request.headers['x-amz-target'], request.headers.host, body])
    response.writeHead(418, { 'x-own': 'kept' }).end('{"answer":1}')
  })
  const port = await listening(t, server)
  const proxy = await recordKms(`http://127.0.0.1:${port}`, record)
  t.teardown(() => proxy.stop())
  const body = JSON.stringify({ EncryptionContext: { purpose: 'a-purpose' } })
  const send = (operation: string) => {
    const headers = { 'x-amz-target': `TrentService.${operation}` }
    return fetch(`${proxy.url}/path?query`, { method: 'POST', headers, body })
  }
  const response = await send('Encrypt')
  t.equal(response.status, 418)
  t.equal(response.headers.get('x-own'), 'kept')
  t.equal(await response.text(), '{"answer":1}')
  t.strictSame(requests, [['POST', '/path?query', 'TrentService.Encrypt', new URL(proxy.url).host, body]])
  t.strictSame(record.since(0).map(lineOf), ['→ AWS Encrypt a-purpose', '← AWS Encrypt a-purpose'])

  proxy.valve.pause('answers')
  const cutOff = t.rejects(send('Decrypt'))
  await until(() => requests.length === 2)
  proxy.valve.cut()
  await cutOff
  await t.rejects(send('Decrypt'))
  proxy.valve.resume()
  await send('Decrypt')
  t.strictSame(record.since(2).map(lineOf), [
    '→ AWS Decrypt a-purpose',
    '→ AWS Decrypt a-purpose',
    '← AWS Decrypt a-purpose',
  ])
})

t.test('the round robin sends requests in turn', async t => {
  const record = new CallRecord()
  const instance = async (name: string) => {
    const server = createHttpServer((_request, response) => response.end(name))
    return `http://127.0.0.1:${await listening(t, server)}`
  }
  const roundRobin = await startRoundRobin(record)
  t.teardown(() => roundRobin.stop())
  await t.rejects(fetch(roundRobin.url), 'there is no instance yet')
  roundRobin.sendTo([await instance('one'), await instance('two')])
  const answers: string[] = []
  for (let i = 0; i < 3; i += 1) answers.push(await (await fetch(`${roundRobin.url}/v1/keystores`)).text())
  t.strictSame(answers, ['one', 'two', 'one'])
  t.strictSame(record.since(0).map(lineOf).slice(0, 4), [
    '→ instance A GET keystores',
    '← instance A GET keystores',
    '→ instance B GET keystores',
    '← instance B GET keystores',
  ])
})
