import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { openKms } from '@keyhold/core'
import { type FastifyInstance, fastify, LogController } from 'fastify'
import { auditOptions, auditRequests } from './audit.ts'
import { authenticationPlugin } from './authentication/authentication.ts'
import type { Authenticator } from './authentication/authenticator.ts'
import { localAuthenticators } from './authentication/local.ts'
import { answerBrokenFrames } from './broken-frame.ts'
import { allowOrigins } from './cors.ts'
import { notFound, onError } from './errors.ts'
import { answerUnroutable, finishAnswers } from './every-answer.ts'
import { fixedHeaders } from './fixed-headers.ts'
import { readJsonBodies } from './json-body.ts'
import { lateCompilers } from './late-compilers.ts'
import { type Limits, openLimits } from './limits/limits.ts'
import { collectRoutes, refuseOtherMethods } from './registered-routes.ts'
import { requestIds } from './request-id.ts'
import { requestLog } from './request-log.ts'
import { keepRecords, type RequestObserver } from './request-record.ts'
import { anonymousCredentialRoutes } from './routes/anonymous-credentials.ts'
import { controllerRoutes } from './routes/controller.ts'
import { documentationRoutes } from './routes/documentation.ts'
import { healthRoutes } from './routes/health.ts'
import { jwksRoutes } from './routes/jwks.ts'
import { keyBatchRoutes } from './routes/key-batches.ts'
import { keyOperationRoutes } from './routes/key-operations.ts'
import { keyRoutes } from './routes/keys.ts'
import { keystoreBatchRoutes } from './routes/keystore-batch.ts'
import { keystoreRoutes } from './routes/keystores.ts'
import { logRoutes } from './routes/log.ts'
import type { RouteOptions } from './routes/route-options.ts'
import { sessionOpeningRoutes, sessionRoutes } from './routes/sessions.ts'
import { signMultiRoutes } from './routes/sign-multi.ts'
import { vaultDidRoutes, vaultRoutes } from './routes/vault.ts'
import { wrapRoutes } from './routes/wrap.ts'
import type { ServerOptions } from './server-options.ts'
import { withTls } from './tls.ts'
import { traceRequests } from './traced-requests.ts'
import { trustedProxies } from './trusted-proxies.ts'
import { readUserShares } from './user-share.ts'

/**
 * The whole HTTP service over a set of ports, not listening yet: `inject` works, and so does `listen`. Closing it wipes
 * the keys it holds open; the ports stay their owner's to close.
 *
 * @throws KmsError if the store does not belong to the lock
 */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { ports, bodyLimit = 1_048_576, requestTimeout = 30_000, log, tls } = options
  const isTrusted = trustedProxies(options.trustedProxies ?? [])
  const observers = [...(log ? [requestLog(log)] : []), ...(options.observers ?? [])]
  const observe: RequestObserver = (record, failure) => {
    for (const observer of observers) observer(record, failure)
  }
  const headers = fixedHeaders(tls !== undefined || options.baseUrl?.startsWith('https:') === true)
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
    schemaController: { compilersFactory: lateCompilers },
    routerOptions: { maxParamLength: 1024 },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // What was accepted is finished, also while the server is closing.
    return503OnClosing: false,
    genReqId: requestIds(isTrusted, options.onArrival),
    logController: new LogController({ disableRequestLogging: true }),
    // Every request writes its line here: a logger of its own for each, as Fastify makes one, would cost more than that.
    ...(log !== undefined && { childLoggerFactory: () => log }),
    frameworkErrors: answerUnroutable(headers, observe),
    clientErrorHandler: answerBrokenFrames(headers, observe),
  })
  let origin = options.baseUrl ?? 'http://localhost'
  // An expectation that is not known need not be refused (RFC 9110 section 10.1.1), and not by Node in a form of its own.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  // A server that is closing listens nowhere any more, and still has requests to answer.
  app.server.once('listening', () => (origin = options.baseUrl ?? app.listeningOrigin))
  const baseUrl = () => origin
  const { audit, ...kmsOptions } = options
  const kms = await openKms(ports, {
    ...kmsOptions,
    keystoreUrl: id => `${origin}/v1/keystores/${id}`,
    ...(audit && { audit: auditOptions(audit.timeout, log) }),
  })
  const authenticators = options.authenticators?.(baseUrl, kms) ?? localAuthenticators
  const { admission, signer, visitor, invoker, challenges } = authenticators

  app.setErrorHandler((error, request, reply) => onError(error, request, reply, challenges))
  app.setNotFoundHandler(notFound)
  keepRecords(app)
  app.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = performance.now()
    // Before the body is read: what it holds does not matter where nothing is.
    if (request.is404) notFound(request, reply)
    else done()
  })
  if (options.tracing !== undefined) traceRequests(app, options.tracing, isTrusted)
  // Its route for all paths is none of those that are collected.
  if (options.allowedOrigins !== undefined) await allowOrigins(app, options.allowedOrigins)
  readUserShares(app, isTrusted)
  if (audit && kms.auditLog) auditRequests(app, kms.auditLog, audit)
  finishAnswers(app, headers, observe, options.stopping)
  readJsonBodies(app)
  const limits = openLimits(options.limits ?? {}, { clock: ports.clock, isTrusted, log })
  if (options.maximumConnections !== undefined) app.server.maxConnections = options.maximumConnections
  const routes = collectRoutes(app)

  const isStopping = () => options.stopping?.aborted === true
  await app.register(healthRoutes, { kms, isStopping, log, peers: options.peers })
  await app.register(scope(limits, admission, [keystoreRoutes, vaultDidRoutes]), { prefix: '/v1', kms })
  await app.register(scope(limits, signer, [controllerRoutes, logRoutes, sessionRoutes]), { prefix: '/v1', kms })
  await app.register(scope(limits, visitor, [jwksRoutes]), { prefix: '/v1', kms })
  const invoked = [
    keyRoutes,
    keyOperationRoutes,
    keyBatchRoutes,
    keystoreBatchRoutes,
    wrapRoutes,
    signMultiRoutes,
    anonymousCredentialRoutes,
    vaultRoutes,
    sessionOpeningRoutes,
  ]
  await app.register(scope(limits, invoker, invoked), {
    prefix: '/v1',
    kms,
  })
  const documented = { routes: [...routes], baseUrl, page: options.docs ?? true, limits: limits.before }
  await app.register(documentationRoutes, documented)
  refuseOtherMethods(app, [...routes])

  const purge = setInterval(() => {
    kms.purge()
    void kms.auditLog?.tick()
  }, 10_000).unref()
  app.addHook('onClose', async () => {
    clearInterval(purge)
    limits.stop()
    await kms.auditLog?.close()
    kms.close()
  })
  return app
}

/** Routes whose callers prove in one way who they are. */
function scope(
  limits: Limits,
  authenticate: Authenticator,
  routes: readonly FastifyPluginAsyncTypebox<RouteOptions>[],
) {
  return async (app: FastifyInstance, { kms }: RouteOptions): Promise<void> => {
    await app.register(authenticationPlugin, { authenticate, limits })
    for (const route of routes) await app.register(route, { kms })
  }
}
