import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { buildConnector } from 'undici'
import type { Certificate } from './certificate.ts'

/** A server inside, and what has come to it. */
export interface Trap {
  readonly port: number
  readonly connections: number
  readonly requests: readonly string[]
}

export async function trap(t: Test, listener: RequestListener, certificate?: Certificate): Promise<Trap> {
  const found = { port: 0, connections: 0, requests: [] as string[] }
  const answer: RequestListener = (request, response) => {
    found.requests.push(`${request.method} ${request.headers.host}${request.url}`)
    listener(request, response)
  }
  const server = certificate === undefined ? createServer(answer) : createTlsServer({ ...certificate }, answer)
  server.on('connection', () => found.connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  found.port = (server.address() as AddressInfo).port
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return found
}

/** Notes what is connected to, and connects to a server inside instead: nothing leaves the machine. */
export function detour(port: number, options: buildConnector.BuildOptions = {}) {
  const dialled: buildConnector.Options[] = []
  const inside = buildConnector({ timeout: 10_000, ...options })
  const connect: buildConnector.connector = (target, callback) => {
    dialled.push(target)
    inside({ ...target, hostname: '127.0.0.1', port: String(port) }, callback)
  }
  return { dialled, connect }
}
