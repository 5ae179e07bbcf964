import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { type FastifyPluginAsyncTypebox, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { type KmsOptions, openKms, type Ports } from '@keyhold/core'
import { type FastifyBaseLogger, type FastifyHttpOptions, type FastifyInstance, fastify, LogController } from 'fastify'
import { type Authenticator, type Authenticators, authenticationPlugin } from './authentication/authenticator.ts'
import { localAuthenticators } from './authentication/local.ts'
import { type AllowedOrigins, allowOrigins } from './cors.ts'
import { frameErrorBody, methodNotAllowed, notFound, onError } from './errors.ts'
import { readJsonBodies } from './json-body.ts'
import { logRequest } from './request-log.ts'
import { anonymousCredentialRoutes } from './routes/anonymous-credentials.ts'
import { controllerRoutes } from './routes/controller.ts'
import { encryptRoutes } from './routes/encrypt.ts'
import { healthRoutes } from './routes/health.ts'
import { jwksRoutes } from './routes/jwks.ts'
import { keyRoutes } from './routes/keys.ts'
import { keystoreRoutes } from './routes/keystores.ts'
import { macRoutes } from './routes/mac.ts'
import type { RouteOptions } from './routes/route-options.ts'
import { signRoutes } from './routes/sign.ts'
import { signMultiRoutes } from './routes/sign-multi.ts'
import { vaultDidRoutes, vaultRoutes } from './routes/vault.ts'
import { wrapRoutes } from './routes/wrap.ts'
import { readUserShares } from './user-share.ts'

export interface ServerOptions extends Omit<KmsOptions, 'keystoreUrl'> {
  readonly ports: Ports
  /** What TLS is spoken with. Default: plain HTTP. */
  readonly tls?: TlsOptions
  /** What the service's URLs begin with, without a slash at the end. Default: where it listens, if it does. */
  readonly baseUrl?: string
  /** Makes the authenticators for a server that is reached under a URL. Default: nobody has to prove anything. */
  readonly authenticators?: (baseUrl: () => string) => Authenticators
  /** Bytes. */
  readonly bodyLimit?: number
  /** Milliseconds in which a request must have arrived whole. */
  readonly requestTimeout?: number
  /** Addresses and networks (CIDR) whose `Auth-User` is believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Whose pages may call this server from a browser. Default: nobody's. */
  readonly allowedOrigins?: AllowedOrigins
  readonly log?: FastifyBaseLogger
}

/** On every answer that says nothing else. */
const fixedHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const fixed = Object.entries(fixedHeaders)

/**
 * The whole HTTP service over a set of ports, not listening yet: `inject` works, and so does `listen`. Closing it wipes
 * the keys it holds open; the ports stay their owner's to close.
 *
 * @throws KmsError if the store does not belong to the lock
 */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { ports, bodyLimit = 1_048_576, requestTimeout = 30_000, log, tls } = options
  const app = fastify({
    bodyLimit,
    requestTimeout,
    // Nothing is under way on such a connection: a body that stops arriving, a client that does not read its answer.
    // Later than a late request is answered, which is looked for in intervals.
    connectionTimeout: requestTimeout + 30_000,
    keepAliveTimeout: 75_000,
    ...withTls(tls, {
      requestTimeout,
      headersTimeout: requestTimeout,
      // Node looks for requests that are late only now and then: every 30 seconds unless it is told otherwise.
      connectionsCheckingInterval: Math.min(requestTimeout, 1000),
    }),
    routerOptions: { maxParamLength: 1024 },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // What was accepted is finished, also while the server is closing.
    return503OnClosing: false,
    logController: new LogController({ disableRequestLogging: true }),
    ...(log !== undefined && { loggerInstance: log }),
    // For what no route was found for yet there are no hooks.
    frameworkErrors: (error, request, reply) => onError(error, request, reply.headers(fixedHeaders)),
    clientErrorHandler: answerBrokenFrame,
  })
  let origin = options.baseUrl ?? 'http://localhost'
  // A server that is closing listens nowhere any more, and still has requests to answer.
  app.server.once('listening', () => (origin = options.baseUrl ?? app.listeningOrigin))
  const baseUrl = () => origin
  const kms = await openKms(ports, { ...options, keystoreUrl: id => `${origin}/v1/keystores/${id}` })
  const authenticators = options.authenticators?.(baseUrl) ?? localAuthenticators
  const { admission, signer, visitor, invoker, challenges } = authenticators

  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  app.setErrorHandler((error, request, reply) => onError(error, request, reply, challenges))
  app.setNotFoundHandler(notFound)
  // Before the body is read: what it holds does not matter where nothing is.
  app.addHook('onRequest', (request, reply, done) => (request.is404 ? notFound(request, reply) : done()))
  // Not when the answer has gone out: what a client has asked for that is gone by then was done all the same.
  app.addHook('onSend', logRequest)
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of fixed) if (!reply.hasHeader(name)) reply.header(name, value)
    // Kept open, the connection would hold up the close until its keep-alive time is over.
    if (closing) reply.header('connection', 'close')
  })
  // Its route for all paths is none of those that are collected.
  if (options.allowedOrigins !== undefined) await allowOrigins(app, options.allowedOrigins)
  readUserShares(app, options.trustedProxies ?? [])
  readJsonBodies(app)
  const methodsOf = collectMethods(app)

  await app.register(healthRoutes, { kms })
  await app.register(scope(admission, [keystoreRoutes, vaultDidRoutes]), { prefix: '/v1', kms })
  await app.register(scope(signer, [controllerRoutes]), { prefix: '/v1', kms })
  await app.register(scope(visitor, [jwksRoutes]), { prefix: '/v1', kms })
  const invoked = [
    keyRoutes,
    signRoutes,
    encryptRoutes,
    macRoutes,
    wrapRoutes,
    signMultiRoutes,
    anonymousCredentialRoutes,
    vaultRoutes,
  ]
  await app.register(scope(invoker, invoked), {
    prefix: '/v1',
    kms,
  })
  refuseOtherMethods(app, new Map(methodsOf))

  const purge = setInterval(() => kms.purge(), 10_000).unref()
  app.addHook('onClose', async () => {
    clearInterval(purge)
    kms.close()
  })
  return app
}

/** Fastify has a type of its own for either kind of server; nothing here knows a difference. */
function withTls(tls: TlsOptions | undefined, http: FastifyHttpOptions<Server>['http'] & { requestTimeout: number }) {
  if (tls === undefined) return { http }
  return { https: { ...http, ...tls, handshakeTimeout: http.requestTimeout } } as unknown as { http: typeof http }
}

/** Routes whose callers prove in one way who they are. */
function scope(authenticate: Authenticator, routes: readonly FastifyPluginAsyncTypebox<RouteOptions>[]) {
  return async (app: FastifyInstance, { kms }: RouteOptions): Promise<void> => {
    await app.register(authenticationPlugin, { authenticate })
    for (const route of routes) await app.register(route, { kms })
  }
}

/** A path that exists answers 405 to every other method, with the ones that it has (RFC 9110 section 15.5.6). */
function refuseOtherMethods(app: FastifyInstance, methodsOf: ReadonlyMap<string, readonly string[]>): void {
  for (const [url, methods] of methodsOf) {
    const refuse = methodNotAllowed(methods.join(', '))
    const others = app.supportedMethods.filter(method => !methods.includes(method))
    // Before the body is read, as above; it goes no further, since nothing says when it is done.
    app.route({ url, method: others, onRequest: refuse, handler: refuse })
  }
}

function collectMethods(app: FastifyInstance): ReadonlyMap<string, readonly string[]> {
  const methodsOf = new Map<string, string[]>()
  app.addHook('onRoute', ({ url, method }) => {
    methodsOf.set(url, [...(methodsOf.get(url) ?? []), ...[method].flat()])
  })
  return methodsOf
}

/** Answers what Node's HTTP parser refused, in the shape of every other error. */
function answerBrokenFrame(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[error.code ?? ''] ?? 400
  const body = JSON.stringify(frameErrorBody(status))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
