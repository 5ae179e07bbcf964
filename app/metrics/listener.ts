import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Address } from '../config/values.ts'

/** Milliseconds, for the whole of a request, and for which a connection may do nothing. */
const timeout = 10_000

/** Prometheus needs one, and two if it is doubled. */
const maximumConnections = 20

/** What is served: all metrics as Prometheus reads them. */
export interface Exposition {
  readonly contentType: string
  metrics(): Promise<string>
}

export interface MetricsListener {
  readonly url: string
  close(): void
}

/**
 * Serves metrics, at `/metrics` and nothing else, on an address of its own: they tell how much is going on, and ask for no
 * proof. Whoever asks while they are being collected gets what is being collected.
 */
export async function listenForMetrics(exposition: Exposition, address: Address): Promise<MetricsListener> {
  let collecting: Promise<string> | undefined
  const collect = () => {
    collecting ??= exposition.metrics().finally(() => {
      collecting = undefined
    })
    return collecting
  }
  const server = createServer(
    { requestTimeout: timeout, headersTimeout: timeout, keepAliveTimeout: timeout },
    (request, response) => {
      const path = request.url?.replace(/\?.*$/s, '')
      request.resume()
      if (path !== '/metrics') return end(response, 404)
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return end(response.setHeader('allow', 'GET, HEAD'), 405)
      collect().then(
        text => end(response.setHeader('content-type', exposition.contentType), 200, text),
        () => end(response, 500),
      )
    },
  )
  server.maxConnections = maximumConnections
  server.setTimeout(timeout)
  server.listen({ ...address, exclusive: true })
  await once(server, 'listening')
  return {
    url: urlOf(server),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`
}

function end(response: ServerResponse, status: number, text = ''): void {
  const headers = {
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  response.writeHead(status, headers).end(text)
}
