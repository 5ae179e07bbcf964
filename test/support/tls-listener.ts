import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import type { Test } from 'tap'

export interface TlsListener {
  readonly port: number
  connections(): number
  /** How many connections have brought anything but a handshake. */
  trusted(): number
}

/** Listens on `localhost` with TLS, and ends each connection on which something arrives that whoever trusts it sends. */
export async function tlsListener(t: Test, options: TlsOptions): Promise<TlsListener> {
  let [connections, count] = [0, 0]
  const sockets = new Set<Socket>()
  const server = createServer(options, socket => {
    socket.once('data', () => {
      count += 1
      socket.destroy()
    })
    socket.on('error', () => undefined)
  })
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket.on('close', () => sockets.delete(socket)))
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, 'localhost')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections, trusted: () => count }
}
