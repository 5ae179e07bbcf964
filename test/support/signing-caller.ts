import { FixedClock, MemoryKeyStore, seededRandom } from '@keyhold/adapters'
import { buildServer, type ServerOptions } from '@keyhold/app'
import { withSessions } from '@keyhold/app/http/authentication/session.js'
import { zcapAuthenticators } from '@keyhold/app/http/authentication/zcap.js'
import { actionOf, readCapability, signTrustbloc } from '@keyhold/client'
import { AeadLock, type DidSigner, didKeySigner, type Ports, resolveSelfContainedDid, SecretBytes } from '@keyhold/core'
import type { Test } from 'tap'

const baseUrl = 'https://kms.example'

export interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: the test knows the shape of the answer
  readonly body: any
}

/** The holder of a key, who signs requests to one server. */
export interface SigningCaller {
  readonly did: string
  readonly signer: DidSigner
  /**
   * Sends a request that invokes a capability, if one is given and the route has an action.
   *
   * @param action another one than the route's
   */
  send(method: string, url: string, body?: object, capability?: object, action?: string): Promise<Reply>
  /** A keystore of one's own: its URL and its root capability. */
  keystore(): Promise<{ url: string; root: object }>
}

/** What several servers can share: a clock that stands still, and records. */
export function sharedPorts(): Ports & { readonly clock: FixedClock } {
  const random = seededRandom(1)
  const lock = new AeadLock('test', new SecretBytes(random(32)), random)
  return { store: new MemoryKeyStore(), lock, random, clock: new FixedClock('2026-01-01T00:00:00Z') }
}

type Headers = Readonly<Record<string, string | string[]>>

export interface SignedServer {
  caller(): Promise<SigningCaller>
  /** Sends a request as it is. */
  raw(method: string, url: string, headers: Headers, payload?: Buffer): Promise<Reply>
  /** What is answered to somebody who signs nothing, without the time. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Reply & { readonly headers: object }>
}

/** A server that asks for capabilities, and whoever calls it. */
export async function openSignedServer(
  t: Test,
  ports: Ports,
  options: Pick<ServerOptions, 'audit' | 'sessionTtl' | 'limits' | 'trustedProxies'> & {
    readonly coverage?: 'strict' | 'legacy'
  } = {},
): Promise<SignedServer> {
  const { coverage = 'strict', ...others } = options
  const server = await buildServer({
    ...others,
    ports,
    baseUrl,
    authenticators: (base, kms) => {
      const authority = () => new URL(base()).host
      const options = { clock: ports.clock, resolveDid: resolveSelfContainedDid, clockSkew: 30, authority }
      const zcap = zcapAuthenticators({ ...options, coverage })
      return withSessions({ ...zcap, admission: zcap.signer }, kms)
    },
  })
  t.teardown(() => server.close())
  const raw: SignedServer['raw'] = async (method, url, headers, payload) => {
    const { pathname, search } = new URL(url)
    const reply = await server.inject({
      method: method as 'GET',
      url: pathname + search,
      headers: headers as Record<string, string>,
      ...(payload && { payload }),
    })
    return { status: reply.statusCode, body: bodyOf(reply.headers['content-type'], reply.body) }
  }
  const callerOf = (signer: DidSigner): SigningCaller => ({
    did: signer.didUrl,
    signer,
    async send(method, url, body, capability, action = actionOf(method, url)) {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
      const invoked = action === undefined || capability === undefined ? undefined : { action, capability }
      const request = { method, url, ...(payload && { body: payload }) }
      const headers = await signTrustbloc(request, invoked, signer, ports.clock.now())
      return raw(method, url, headers, payload)
    },
    async keystore() {
      const { body } = await this.send('POST', `${baseUrl}/v1/keystores`, { controller: signer.didUrl })
      return { url: body.key_store_url, root: await readCapability(body.capability) }
    },
  })
  return {
    raw,
    caller: async () => callerOf(await didKeySigner(new SecretBytes(ports.random(32)))),
    async get(url, sent = {}) {
      const { pathname, search } = new URL(url)
      const reply = await server.inject({ method: 'GET', url: pathname + search, headers: sent })
      const { date: _date, 'x-request-id': _id, ...headers } = reply.headers
      return { status: reply.statusCode, headers, body: reply.json() }
    },
  }
}

/** JSON Lines are a text. */
function bodyOf(type: unknown, text: string): unknown {
  if (text === '') return undefined
  return String(type).startsWith('application/jsonl') ? text : JSON.parse(text)
}
