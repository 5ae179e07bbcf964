import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A POST request as it goes over the wire. @param headers further ones, each with its line end */
export function postRequest(path: string, body: unknown, headers = ''): Buffer {
  const text = JSON.stringify(body)
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n${headers}\r\n${text}`,
  )
}

/**
 * The client of one server: kept-alive connections with one request under way on each. It speaks just enough HTTP to
 * leave the processors to the server. Any answer but 200 is an error.
 */
export class Load {
  readonly #connections: readonly Connection[]
  #sent = 0

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections
  }

  /** @param connections the default keeps a server busy without a queue that costs more than the requests */
  static async open({ host, port }: { readonly host: string; readonly port: number }, connections = 16): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: connections }, () => Connection.open(host, port))))
  }

  get connections(): number {
    return this.#connections.length
  }

  /** Sends one request and answers the parsed body. */
  // biome-ignore lint/suspicious/noExplicitAny: whoever asked knows the shape of the answer
  async ask(request: Buffer): Promise<any> {
    const [connection] = this.#connections as [Connection]
    const body = await connection.exchange(request)
    return body === '' ? undefined : JSON.parse(body)
  }

  /**
   * Sends `count` requests, the given ones in rotation, as fast as they are answered, or so many as there is time for,
   * and resolves with how many were answered. Meanwhile this process never sleeps: waking it would be charged to the
   * server, and the more so the slower the server is.
   *
   * @param time milliseconds
   */
  async slice(requests: readonly Buffer[], count: number, time = Number.POSITIVE_INFINITY): Promise<number> {
    const end = performance.now() + time
    let left = count
    let answered = 0
    let awake = true
    const turn = () => awake && setImmediate(turn)
    const work = async (connection: Connection) => {
      do {
        left -= 1
        await connection.exchange(requests[this.#sent++ % requests.length] as Buffer)
        answered += 1
      } while (left > 0 && performance.now() < end)
    }
    turn()
    try {
      await Promise.all(this.#connections.slice(0, count).map(work))
      return answered
    } finally {
      awake = false
    }
  }

  /**
   * Keeps so many requests under way until it is over, and resolves with how many were answered. Unlike `slice` it sleeps:
   * what is measured is another load.
   */
  async keepUp(requests: readonly Buffer[], count: number, isOver: () => boolean): Promise<number> {
    let answered = 0
    const work = async (connection: Connection) => {
      while (!isOver()) {
        await connection.exchange(requests[this.#sent++ % requests.length] as Buffer)
        answered += 1
      }
    }
    await Promise.all(this.#connections.slice(0, count).map(work))
    return answered
  }

  /**
   * Keeps one request under way on each of so many connections, until `count` were answered, and resolves with how long
   * each has taken: milliseconds.
   */
  async timed(requests: readonly Buffer[], count: number, connections: number): Promise<number[]> {
    let left = count
    const taken: number[] = []
    const work = async (connection: Connection) => {
      while (left > 0) {
        left -= 1
        const start = performance.now()
        await connection.exchange(requests[this.#sent++ % requests.length] as Buffer)
        taken.push(performance.now() - start)
      }
    }
    await Promise.all(this.#connections.slice(0, connections).map(work))
    return taken
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }
}

interface Waiter {
  readonly resolve: (body: string) => void
  readonly reject: (error: Error) => void
}

class Connection {
  readonly #socket: Socket
  #received = ''
  #waiter: Waiter | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('error', error => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect({ host, port, noDelay: true })
    await once(socket, 'connect')
    return new Connection(socket)
  }

  /** Sends a request and resolves with the answer's body. @throws Error if the answer is not 200 */
  exchange(request: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      // One that was idle for long: nothing would be heard of what is written to it.
      if (this.#socket.destroyed) return reject(new Error('the server closed the connection'))
      this.#waiter = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(text: string): void {
    this.#received += text
    const answer = readAnswer(this.#received)
    if (answer === undefined) return
    this.#received = ''
    if (answer.status !== 200) this.#fail(new Error(`answered ${answer.status}: ${answer.body}`))
    else this.#take()?.resolve(answer.body)
  }

  #fail(error: Error): void {
    this.#take()?.reject(error)
  }

  #take(): Waiter | undefined {
    const waiter = this.#waiter
    this.#waiter = undefined
    return waiter
  }
}

/** Undefined while it is not there whole. Nothing can follow it, since one request is under way at a time. */
function readAnswer(text: string): { readonly status: number; readonly body: string } | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const status = Number(head.slice(9, 12))
  const rest = text.slice(headEnd + 4)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined && /\r\ntransfer-encoding: chunked/i.test(head)) {
    const body = readChunks(rest)
    return body === undefined ? undefined : { status, body }
  }
  return rest.length < Number(length) ? undefined : { status, body: rest }
}

/** The body that chunks make up (RFC 9112 section 7.1), without trailers; undefined while the last is missing. */
function readChunks(text: string): string | undefined {
  let body = ''
  let at = 0
  while (true) {
    const end = text.indexOf('\r\n', at)
    if (end < 0) return undefined
    const length = Number.parseInt(text.slice(at, end), 16)
    if (length === 0) return text.length < end + 4 ? undefined : body
    at = end + 2 + length + 2
    if (text.length < at) return undefined
    body += text.slice(end + 2, end + 2 + length)
  }
}
