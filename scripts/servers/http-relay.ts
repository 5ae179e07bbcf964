import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Valve } from './valve.ts'

export interface HttpRelayOptions {
  /** The URL of the server that the next request goes to. */
  readonly next: () => string
  /** Is told of each request when it is here whole. The result is called with the status when its answer is here whole as well. */
  readonly asked: (request: IncomingMessage, body: Buffer, to: string) => (status: number) => void
}

export interface HttpRelay {
  readonly url: string
  readonly valve: Valve
  stop(): Promise<void>
}

/** Passes HTTP requests and their answers on as they are, on a free loopback port. */
export async function startHttpRelay({ next, asked }: HttpRelayOptions): Promise<HttpRelay> {
  const valve = new Valve()
  const agent = new Agent({ keepAlive: true })
  const server = createServer(async (incoming, outgoing) => {
    try {
      const body = await buffer(incoming)
      const to = next()
      const answered = asked(incoming, body, to)
      await valve.pass('requests')
      if (incoming.socket.destroyed) return
      const { answer, content } = await send(agent, to, incoming, body)
      await valve.pass('answers')
      if (incoming.socket.destroyed) return
      const { statusCode: status = 502 } = answer
      answered(status)
      outgoing.writeHead(status, answer.rawHeaders).end(content)
    } catch {
      incoming.socket.destroy()
    }
  })
  server.on('connection', socket => valve.add(socket))
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    valve,
    async stop() {
      valve.cut()
      agent.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function send(agent: Agent, to: string, { method, url, rawHeaders }: IncomingMessage, body: Buffer) {
  const { hostname, port } = new URL(to)
  const passed = request({ agent, hostname, port, method, path: url, headers: rawHeaders }).end(body)
  const [answer] = (await once(passed, 'response')) as [IncomingMessage]
  return { answer, content: await buffer(answer) }
}

/** Listens on a free loopback port, and answers it. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}
