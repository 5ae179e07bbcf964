import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { CallRecord } from './call-record.ts'
import { listen, startHttpRelay } from './http-relay.ts'
import { type Message, MessageReader } from './mongo-messages.ts'
import { Valve } from './valve.ts'

/** Stands in front of a server on a loopback port, passes everything on as it is, and notes the calls. */
export interface RecordingProxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string
  /** Holds and drops what passes, for drills. */
  readonly valve: Valve
  stop(): Promise<void>
}

/** In front of a server of the AWS KMS protocol. A call is about the purpose in its encryption context. */
export async function recordKms(url: string, record: CallRecord): Promise<RecordingProxy> {
  return startHttpRelay({
    next: () => url,
    asked: ({ headers }, body) => {
      const operation = String(headers['x-amz-target']).replace(/^.*\./, '')
      const answered = record.asked('AWS', operation, purposeIn(body))
      return () => answered()
    },
  })
}

function purposeIn(body: Buffer): string {
  const { EncryptionContext: context } = JSON.parse(body.toString('utf8')) as {
    readonly EncryptionContext?: { readonly purpose?: string }
  }
  return context?.purpose ?? ''
}

/** In front of a server of Encrypted Data Vaults. A call is about a document, or about a new vault if it has no id. */
export async function recordVaults(url: string, record: CallRecord): Promise<RecordingProxy> {
  return startHttpRelay({
    next: () => url,
    asked({ method = '', url: path = '' }, body) {
      const answered = record.asked('vault', method, documentIn(path, body))
      return status => answered(String(status))
    },
  })
}

/** The id of a new document stands in its body. */
function documentIn(path: string, body: Buffer): string {
  const [, , vault, documents, document] = path.split('/')
  if (vault === undefined) return 'a new vault'
  if (documents !== 'documents') return documents ?? ''
  return document ?? (JSON.parse(body.toString('utf8')) as { readonly id: string }).id
}

/** In front of an auth server. What it is asked for is its share for a user. */
export async function recordShares(url: string, record: CallRecord): Promise<RecordingProxy> {
  return startHttpRelay({
    next: () => url,
    asked({ method = '', url: path = '' }) {
      const { pathname, searchParams } = new URL(path, url)
      const about = pathname === '/secret' ? `share of ${searchParams.get('sub') || 'nobody'}` : pathname
      const answered = record.asked('auth server', method, about)
      return status => answered(String(status))
    },
  })
}

/** What drivers say to a server by themselves, about connections and sessions and not about data. */
const ofConnections = new Set([
  'hello',
  'isMaster',
  'ismaster',
  'ping',
  'buildInfo',
  'saslStart',
  'saslContinue',
  'endSessions',
])

/** In front of a server of the MongoDB protocol without TLS. A call is about its collection. */
export async function recordMongo(url: string, record: CallRecord): Promise<RecordingProxy> {
  const { hostname, port } = new URL(url)
  const valve = new Valve()
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname)
    const underWay = new Map<number, () => void>()
    const onRequest = ({ id, command }: Message) => {
      if (command === undefined || ofConnections.has(command.name)) return
      underWay.set(id, record.asked('database', command.name, command.collection))
    }
    const onAnswer = ({ responseTo }: Message) => {
      underWay.get(responseTo)?.()
      underWay.delete(responseTo)
    }
    for (const socket of [client, upstream]) valve.add(socket.setNoDelay())
    const requests = new MessageReader()
    pump(client, upstream, async piece => {
      for (const message of requests.read(piece)) onRequest(message)
      await valve.pass('requests')
    })
    const answers = new MessageReader()
    pump(upstream, client, async piece => {
      await valve.pass('answers')
      for (const message of answers.read(piece)) onAnswer(message)
    })
  })
  const ownPort = await listen(server)
  return {
    url: url.replace(`${hostname}:${port}`, `127.0.0.1:${ownPort}`),
    valve,
    async stop() {
      valve.cut()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Passes on what one socket receives, each piece after `before` has seen it; and its end, in whatever way it ends. */
function pump(from: Socket, to: Socket, before: (piece: Buffer) => Promise<void>): void {
  let passed = Promise.resolve()
  const pass = async (piece: Buffer) => {
    await before(piece)
    if (!to.destroyed) to.write(piece)
  }
  from.on('data', piece => {
    passed = passed.then(() => pass(piece)).catch(() => void from.destroy())
  })
  from.once('close', () => passed.then(() => to.destroy()))
}
