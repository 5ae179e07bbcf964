import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { until } from './until.ts'

/** A connection on which a test decides about every byte. */
export interface RawConnection {
  readonly socket: Socket
  /** Everything that has come back so far. */
  received(): string
  /** Resolves when the other side has ended the connection, or it broke. */
  readonly closed: Promise<void>
}

export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let received = ''
  socket.setEncoding('latin1').on('data', text => (received += text))
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()))
  // A reset is an end like any other here.
  socket.on('error', () => undefined)
  return { socket, received: () => received, closed }
}

/** What the service says when it has the headers, and waits for the body. */
export const continued = 'HTTP/1.1 100 Continue\r\n\r\n'

/** A request of which the service has the headers and half the body: it says so itself. */
export async function halfRequest(port: number, path: string, body: string): Promise<RawConnection> {
  const connection = await rawConnection(port)
  const head = [`POST ${path} HTTP/1.1`, 'host: localhost', 'expect: 100-continue', `content-length: ${body.length}`]
  connection.socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 10)}`)
  await until(() => connection.received().startsWith(continued))
  return connection
}

export interface RawReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** The bytes of a request, with a path that nobody has normalised. The connection ends with its answer. */
export function rawRequest(method: string, path: string, body = '', headers: readonly string[] = []): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    `content-length: ${Buffer.byteLength(body, 'latin1')}`,
    ...headers,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** Sends bytes over a connection of their own and answers the reply, which must end the connection. */
export async function exchange(port: number, bytes: string): Promise<RawReply> {
  const { socket, received, closed } = await rawConnection(port)
  socket.write(bytes, 'latin1')
  await closed
  return parseReply(received())
}

/** The first reply of what came over a connection; status 0 if there is none. */
export function parseReply(received: string): RawReply {
  const end = received.indexOf('\r\n\r\n')
  const [statusLine = '', ...fields] = received.slice(0, end).split('\r\n')
  const headers = fields.map(field => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const
  })
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0),
    headers: Object.fromEntries(headers),
    text: received.slice(end + 4),
  }
}
