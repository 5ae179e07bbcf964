import { buildServer, type ServerOptions } from '@keyhold/app'
import { experimentalKeyTypeNames, type KeyTypeName, type Ports } from '@keyhold/core'
import { openIntegrityKey } from '@keyhold/core/records/header.js'
import { Records } from '@keyhold/core/records/records.js'
import { quickAttributes } from './quick-attributes.ts'
import { RecordingKeyStore } from './recording-key-store.ts'
import { testPorts } from './test-ports.ts'

export const baseUrl = 'https://kms.example/base'

export type Method = 'GET' | 'POST' | 'PUT' | 'HEAD' | 'OPTIONS' | 'DELETE' | 'PATCH' | 'TRACE'

export interface Request {
  readonly method: Method
  readonly path: string
  /** A text or bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: whoever asked knows the shape of the answer
  readonly body: any
}

export interface AppOptions extends Omit<ServerOptions, 'ports'> {
  /** What the randomness depends on. */
  readonly seed?: string
  readonly ports?: Partial<Ports>
}

export interface TestApp {
  readonly ports: Ports
  readonly store: RecordingKeyStore
  /** The records of the app's store, to be read and written behind its back. */
  readonly records: Records
  readonly server: Awaited<ReturnType<typeof buildServer>>
  send(request: Request): Promise<Reply>
  /** The path of a new keystore. */
  keystore(): Promise<string>
  /** The path of a new key, in a keystore of its own unless one is given. */
  key(type: KeyTypeName, keystore?: string): Promise<string>
}

/** The whole service over ports in memory, closed when the test has ended. */
export async function buildApp(
  t: { teardown(fn: () => unknown): unknown },
  { seed = 'keyhold', ports: given, ...options }: AppOptions = {},
): Promise<TestApp> {
  const made = { ...testPorts(seed), ...given }
  const store = new RecordingKeyStore(made.store)
  const ports: Ports = { ...made, store }
  const server = await buildServer({ ports, baseUrl, experimentalKeyTypes: experimentalKeyTypeNames, ...options })
  t.teardown(() => server.close())
  const integrityKey = await openIntegrityKey(ports)

  const send = async ({ method, path, body, headers }: Request): Promise<Reply> => {
    // As existing clients do it: a POST says what it carries, a PUT does not.
    const typed = method === 'POST' ? { 'content-type': 'application/json' } : {}
    const reply = await server.inject({
      method: method as 'GET',
      url: path,
      headers: { ...typed, ...headers },
      ...(body !== undefined && { payload: payloadOf(body) }),
    })
    return { status: reply.statusCode, headers: reply.headers, text: reply.body, body: parsed(reply.body) }
  }
  const pathIn = async (request: Request, member: string) => {
    const { status, text, body } = await send(request)
    if (status !== 200) throw new Error(`${request.method} ${request.path}: ${status} ${text}`)
    return pathOf(body[member])
  }
  const keystore = () =>
    pathIn({ method: 'POST', path: '/v1/keystores', body: { controller: 'did:example:owner' } }, 'key_store_url')

  return {
    ports,
    store,
    records: new Records(store, integrityKey),
    server,
    send,
    keystore,
    async key(type, path) {
      return pathIn(
        {
          method: 'POST',
          path: `${path ?? (await keystore())}/keys`,
          body: { key_type: type, attrs: quickAttributes },
        },
        'key_url',
      )
    },
  }
}

/** The path of an absolute URL of the service. */
export function pathOf(url: string): string {
  if (!url.startsWith(`${baseUrl}/`)) throw new Error(`not a URL under ${baseUrl}: ${url}`)
  return url.slice(baseUrl.length)
}

/** The last segment of a path or URL: an id. */
export function idOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The keystore that a key's path leads through. */
export function keystoreOf(keyPath: string): string {
  return keyPath.slice(0, keyPath.lastIndexOf('/keys/'))
}

export const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')

function payloadOf(body: unknown): string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
