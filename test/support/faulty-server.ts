import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** How a server treats one request; `call` counts them from 0, `body` is what was sent. */
export type Behaviour = (response: ServerResponse, call: number, body: string, request: IncomingMessage) => void

export interface FaultyServer {
  readonly url: string
  /** From now on; calls are counted from 0 again. */
  behave(behaviour: Behaviour): void
  /** How many requests wait for the end of their answer. */
  underWay(): number
  /** How many connections there are, idle ones among them. */
  connections(): number
}

/** An HTTP server that does what it is told, for the duration of a test. Nothing that it left open outlives it. */
export async function faultyServer(t: Pick<Test, 'teardown'>): Promise<FaultyServer> {
  let behaviour: Behaviour = response => response.end()
  let calls = 0
  let underWay = 0
  let connections = 0
  const server = createServer(async (request, response) => {
    underWay++
    response.on('close', () => underWay--)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    behaviour(response, calls++, Buffer.concat(chunks).toString(), request)
  })
  server.on('connection', socket => {
    connections++
    socket.on('close', () => connections--)
  })
  // Whatever closes an idle connection, it is not this side.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave(next) {
      behaviour = next
      calls = 0
    },
    underWay: () => underWay,
    connections: () => connections,
  }
}

/** Answers a body one byte at a time, so that the connection is never idle and the answer never there. */
export function drip(response: ServerResponse, body: string): void {
  let sent = 0
  const timer = setInterval(() => response.write(body[sent++ % body.length] ?? ''), 100)
  response.on('close', () => clearInterval(timer))
}
