import type { Server as TlsServer } from 'node:tls'
import { IssuerFileError, MasterKeyFileError, SigningKeyFileError, verifyCcgChain } from '@keyhold/adapters'
import { KmsError, selfContainedDids } from '@keyhold/core'
import type { Logger } from 'pino'
import { chooseAuthenticators } from '../authenticate.ts'
import { compose } from '../compose.ts'
import type { Config, StoreConfig } from '../config/config.ts'
import { ConfigError, loadConfig } from '../config/load-config.ts'
import { buildServer } from '../http/server.ts'
import { followTls, readTls, TlsFileError } from '../http/tls.ts'
import { openLog } from '../logging.ts'
import { stopServing } from './stop-serving.ts'
import { isSystemError } from './system-error.ts'

/** What metrics call the stores; the reference server's own names where it has them. */
const databaseNames = { mongodb: 'MongoDB', embedded: 'Embedded', memory: 'Memory' } as const

/** Connections that wait while the process is busy, as far as the kernel allows: those beyond are reset in the end. */
const backlog = 4096

/**
 * Runs the service until it is asked to stop. Then it finishes what it has accepted; a second signal ends it at once.
 *
 * @returns the exit code, when it is known: 0 after a clean stop
 */
export async function start(flags: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv): Promise<number> {
  let config: Config
  try {
    config = loadConfig(environment, flags)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) process.stderr.write(`${problem}\n`)
    return 1
  }
  const log = openLog(config.logLevel, config.logFormat)
  try {
    return await serve(config, log)
  } catch (error) {
    // What an operator can mend is said in a sentence; anything else keeps its stack.
    const mendable = error instanceof KmsError || isFileError(error) || isSystemError(error)
    if (!mendable) throw error
    log.fatal({ err: error.cause }, error.message)
    return 1
  }
}

async function serve(config: Config, log: Logger): Promise<number> {
  const metrics = config.metrics && (await openMetrics(config.store))
  const { ports, tokens, pool, peers, observeLock, close } = await compose(config, log, metrics)
  try {
    const { listen, cache, bodyLimit, requestTimeout, baseUrl, chainPolicy, trustedProxies } = config
    const { userLock, experimentalKeyTypes, allowedOrigins, rates, maxConnections, docs } = config
    const dids = selfContainedDids(metrics?.observeCache('dids'))
    const resolveDid = metrics?.dids(dids) ?? dids
    const authenticators = chooseAuthenticators(config, ports.clock, resolveDid, tokens)
    if (config.auth.kind === 'credentials' && config.auth.zcap?.coverage === 'legacy') {
      log.warn('KMS_ZCAP_COVERAGE=legacy: for a minute whoever sees a request can send others in the same name')
    }
    if (config.auth.kind === 'credentials' && config.auth.gnap?.isSigned === false) {
      log.warn('KMS_GNAP_HTTPSIG_DISABLE: whoever sees a GNAP token can use it')
    }
    const tls = config.tls && (await readTls(config.tls))
    const stopping = new AbortController()
    const server = await buildServer({
      ports,
      ...(tls && { tls }),
      cache,
      bodyLimit,
      docs,
      requestTimeout,
      trustedProxies,
      limits: { rates, pressure: pressureOf(config) },
      maximumConnections: maxConnections,
      stopping: stopping.signal,
      experimentalKeyTypes,
      log,
      peers,
      ...(baseUrl && { baseUrl }),
      ...(observeLock && { observeLock }),
      ...(userLock && { userLock }),
      ...(allowedOrigins && { allowedOrigins }),
      capabilities: {
        policy: chainPolicy,
        resolveDid,
        verifyCcgChain: metrics?.chains(verifyCcgChain) ?? verifyCcgChain,
      },
      authenticators: url => metrics?.authentication(authenticators(url)) ?? authenticators(url),
      ...(metrics && {
        observers: [metrics.onRequest],
        onArrival: metrics.onArrival,
        observeCache: metrics.observeCache,
      }),
    })
    const stop = stopSignal()
    const followed = config.tls && followTls(server.server as unknown as TlsServer, config.tls, log)
    if (followed !== undefined) process.on('SIGHUP', () => void followed.reload())
    if (config.metrics && metrics) log.info(`metrics at ${await metrics.listen(config.metrics, server.server, pool)}`)
    log.info(`listening at ${await server.listen({ ...listen, backlog })}`)
    const signal = await stop
    log.info({ signal }, 'stopping: finishing the requests under way')
    stopping.abort()
    await stopServing(server, config)
    followed?.stop()
    log.info('stopped')
    return 0
  } finally {
    metrics?.close()
    await close()
  }
}

/** Most libraries that are not asked for stay unloaded. */
async function openMetrics({ kind }: StoreConfig) {
  const { Metrics } = await import('../metrics/metrics.ts')
  return new Metrics(databaseNames[kind])
}

function pressureOf({ pressure: { memory, ...pressure } }: Config) {
  const used = () => process.memoryUsage.rss()
  return { ...pressure, ...(memory !== undefined && { memory: { most: memory, used } }) }
}

function isFileError(error: unknown): error is Error {
  return [IssuerFileError, MasterKeyFileError, SigningKeyFileError, TlsFileError].some(kind => error instanceof kind)
}

/** Resolves at the first SIGTERM or SIGINT; the next one does what it does by default. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    const signals = ['SIGTERM', 'SIGINT'] as const
    const stop = (signal: NodeJS.Signals) => {
      for (const each of signals) process.off(each, stop)
      resolve(signal)
    }
    for (const each of signals) process.on(each, stop)
  })
}
