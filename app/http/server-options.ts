import type { TlsOptions } from 'node:tls'
import type { Kms, KmsOptions, Ports } from '@keyhold/core'
import type { FastifyBaseLogger } from 'fastify'
import type { AuditRequests } from './audit.ts'
import type { Authenticators } from './authentication/authenticator.ts'
import type { AllowedOrigins } from './cors.ts'
import type { LimitOptions } from './limits/limits.ts'
import type { RequestObserver } from './request-record.ts'
import type { HealthOptions } from './routes/health.ts'
import type { RequestTracing } from './traced-requests.ts'

export interface ServerOptions extends Omit<KmsOptions, 'keystoreUrl' | 'audit'> {
  readonly ports: Ports
  /** What TLS is spoken with. Default: plain HTTP. */
  readonly tls?: TlsOptions
  /** What the service's URLs begin with, without a slash at the end. Default: where it listens, if it does. */
  readonly baseUrl?: string
  /** Makes the authenticators for a server that is reached under a URL. Default: nobody has to prove anything. */
  readonly authenticators?: (baseUrl: () => string, kms: Kms) => Authenticators
  /** Bytes. */
  readonly bodyLimit?: number
  /** Milliseconds in which a request must have arrived whole. */
  readonly requestTimeout?: number
  /** Addresses and networks (CIDR) whose `Auth-User` and `X-Request-Id` are believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Whose pages may call this server from a browser. Default: nobody's. */
  readonly allowedOrigins?: AllowedOrigins
  /** Aborted when the server is about to close: it is not ready any more, and every answer ends its connection. */
  readonly stopping?: AbortSignal
  /** How much may be asked. Default: anything. */
  readonly limits?: LimitOptions
  /** Connections at once; those beyond are closed. Default: any number. */
  readonly maximumConnections?: number
  /** Whether there is a page that shows what the API is. Default: true. */
  readonly docs?: boolean
  readonly log?: FastifyBaseLogger
  /** How requests are written down, and for how many milliseconds that is waited for. Default: they are not. */
  readonly audit?: AuditRequests & { readonly timeout: number }
  /** Who beside the log learns of each request. */
  readonly observers?: readonly RequestObserver[]
  /** What the last calls of other servers have shown, and how much room there is. Default: nothing is known. */
  readonly peers?: NonNullable<HealthOptions['peers']>
  /** Traces requests. Default: nobody does. */
  readonly tracing?: RequestTracing<unknown>
  /** Called for each request when it arrives. */
  readonly onArrival?: () => void
}
