import { buildConnector } from 'undici'
import { guardedConnector } from './guarded-connector.ts'
import { dnsAddresses, type ResolveHost, systemAddresses } from './host-addresses.ts'
import { type HttpAnswer, type HttpCall, HttpClient, type HttpClientOptions, HttpFailure } from './http.ts'
import { outgoingTls } from './outgoing-tls.ts'
import type { UrlGuard } from './url-guard.ts'

export interface GuardedHttpOptions extends Pick<HttpClientOptions, 'timeout' | 'maximumBytes' | 'ca' | 'observe'> {
  readonly guard: UrlGuard
  /** Default: DNS, and for an allowed origin whatever the machine knows. */
  readonly resolve?: ResolveHost
  /** Connects to the address that it is given as the host. Default: TCP and TLS. */
  readonly connect?: buildConnector.connector
}

/** To one origin. A stranger's vault is one of many, and those that are slow must not take the sockets of all. */
const connections = 10

/**
 * Calls URLs that a stranger has named, and nothing but the public hosts that these name, or what the guard allows
 * besides. It knows no proxy and follows no redirect.
 */
export class GuardedHttp {
  readonly #guard: UrlGuard
  readonly #client: HttpClient

  constructor({ guard, resolve, connect, ...limits }: GuardedHttpOptions) {
    const { timeout } = limits
    const connector = guardedConnector({
      timeout,
      isTrusted: origin => guard.allows(new URL(origin)),
      resolve: resolve ?? ((name, isTrusted) => (isTrusted ? systemAddresses(name) : dnsAddresses(name))),
      connect: connect ?? buildConnector({ timeout, ...outgoingTls(limits) }),
    })
    this.#guard = guard
    this.#client = new HttpClient({ ...limits, connections, connect: connector })
  }

  /** @throws HttpFailure; of reason `address` if nothing was sent because the URL leads where it must not */
  async send(call: HttpCall): Promise<HttpAnswer> {
    return this.#client.send({ ...call, url: check(this.#guard, call.url).href })
  }

  /** Ends the calls that are under way. May be called more than once. */
  async close(): Promise<void> {
    await this.#client.close()
  }
}

function check(guard: UrlGuard, url: string): URL {
  try {
    return guard.check(url)
  } catch {
    throw new HttpFailure('address', 'the URL may not be called')
  }
}
