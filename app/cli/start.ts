import type { Server as TlsServer } from 'node:tls'
import {
  IssuerFileError,
  MasterKeyFileError,
  SigningKeyFileError,
  SodiumError,
  verifyCcgChain,
} from '@keyhold/adapters'
import { type Clock, KmsError } from '@keyhold/core'
import type { Logger } from 'pino'
import { chooseAuthenticators } from '../authenticate.ts'
import { compose } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { ConfigError, loadConfig } from '../config/load-config.ts'
import { Headroom } from '../headroom.ts'
import { buildServer } from '../http/server.ts'
import { followTls, readTls, TlsFileError } from '../http/tls.ts'
import { openLog } from '../logging.ts'
import { type Observation, openObservation } from '../observation.ts'
import { ownMemory } from './own-memory.ts'
import { stopServing } from './stop-serving.ts'
import { isSystemError } from './system-error.ts'

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
  process.once('exit', () => log.flush())
  try {
    const observation = await openObservation(config, environment, log)
    return await serve(config, observation, log).finally(() => observation.close())
  } catch (error) {
    // What an operator can mend is said in a sentence; anything else keeps its stack.
    const mendable = error instanceof KmsError || isOwnError(error) || isSystemError(error)
    if (!mendable) throw error
    log.fatal({ err: error.cause }, error.message)
    return 1
  }
}

async function serve(config: Config, observation: Observation, log: Logger): Promise<number> {
  const { ports, tokens, pool, peers, observeLock, close } = await compose(config, log, observation.observers)
  try {
    const { listen, cache, bodyLimit, requestTimeout, baseUrl, chainPolicy, trustedProxies } = config
    const { userLock, experimentalKeyTypes, allowedOrigins, rates, maxConnections, docs, audit } = config
    const { metrics } = observation
    const resolveDid = observation.dids(ports.ed25519)
    const authenticators = chooseAuthenticators(config, ports.clock, resolveDid, tokens)
    if (config.auth.kind === 'credentials' && config.auth.zcap?.coverage === 'legacy') {
      log.warn('KMS_ZCAP_COVERAGE=legacy: for a minute whoever sees a request can send others in the same name')
    }
    if (config.auth.kind === 'credentials' && config.auth.gnap?.isSigned === false) {
      log.warn('KMS_GNAP_HTTPSIG_DISABLE: whoever sees a GNAP token can use it')
    }
    const tls = config.tls && (await readTls(config.tls))
    const stopping = new AbortController()
    const headroom = watchHeadroom(config, ports.clock, log)
    if (headroom) metrics?.watchDisk(() => headroom.free)
    await headroom?.look()
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
      peers: () => ({ ...peers(), ...headroom?.findings() }),
      ...(baseUrl && { baseUrl }),
      ...(observeLock && { observeLock }),
      ...(userLock && { userLock }),
      ...(allowedOrigins && { allowedOrigins }),
      ...(audit && { audit }),
      capabilities: { policy: chainPolicy, resolveDid, verifyCcgChain: observation.chains(verifyCcgChain) },
      authenticators: url => observation.authentication(authenticators(url)),
      ...observation.server,
    })
    const stop = stopSignal()
    const followed = config.tls && followTls(server.server as unknown as TlsServer, config.tls, log)
    // Also where there is nothing to be read again: what it does by default is to end the process.
    process.on('SIGHUP', () => void followed?.reload())
    if (config.metrics && metrics) log.info(`metrics at ${await metrics.listen(config.metrics, server.server, pool)}`)
    log.info(`Ed25519 by ${ports.ed25519.name}`)
    log.info(`listening at ${await server.listen({ ...listen, backlog })}`)
    const signal = await stop
    log.info({ signal }, 'stopping: finishing the requests under way')
    stopping.abort()
    await stopServing(server, config)
    followed?.stop()
    headroom?.stop()
    log.info('stopped')
    return 0
  } finally {
    await close()
  }
}

/** Nobody but the embedded store has its disk here. */
function watchHeadroom({ store, audit }: Config, clock: Clock, log: Logger): Headroom | undefined {
  if (store.kind !== 'embedded' || audit?.headroom === undefined) return undefined
  return new Headroom({ directory: store.directory, least: audit.headroom, clock, log })
}

function pressureOf({ pressure: { memory, ...pressure } }: Config) {
  return { ...pressure, ...(memory !== undefined && { memory: { most: memory, used: ownMemory } }) }
}

function isOwnError(error: unknown): error is Error {
  const kinds = [IssuerFileError, MasterKeyFileError, SigningKeyFileError, SodiumError, TlsFileError]
  return kinds.some(kind => error instanceof kind)
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
