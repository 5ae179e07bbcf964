import type { Server } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import { verifyCcgChain } from '@keyhold/adapters'
import type { Clock } from '@keyhold/core'
import type { Logger } from 'pino'
import { chooseAuthenticators } from '../authenticate.ts'
import { compose } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { Headroom } from '../headroom.ts'
import type { OpenReplays } from '../http/authentication/replay-guard.ts'
import type { OpenLimiter } from '../http/limits/rate-limits.ts'
import { buildServer } from '../http/server.ts'
import { followTls, readTls } from '../http/tls.ts'
import type { Observation } from '../observation.ts'
import { ownMemory } from './own-memory.ts'
import { stopServing } from './stop-serving.ts'

/** Connections that wait while the process is busy, as far as the kernel allows: those beyond are reset in the end. */
const backlog = 4096

/** What one of several processes shares with the others. */
export interface Shared {
  readonly openLimiter: OpenLimiter
  readonly openReplays: OpenReplays
  /** Whether it tells what holds for all of them. */
  readonly tells: boolean
}

/** What serves requests in this process. */
export interface Service {
  readonly server: Server
  /** Computes what takes long. */
  readonly pool: { readonly running: number; readonly waiting: number }
  /** @returns where it listens */
  listen(): Promise<string>
  /** Reads the TLS files again. */
  reload(): void
  /** Finishes what it has accepted. */
  stop(): Promise<void>
  /** Closes what was opened. */
  close(): Promise<void>
}

/** Opens all that serves requests, and does not listen yet. @throws as `compose` and `buildServer` */
export async function openService(
  config: Config,
  observation: Observation,
  log: Logger,
  shared?: Shared,
): Promise<Service> {
  const { ports, tokens, pool, peers, observeLock, close } = await compose(config, log, observation.observers)
  try {
    const { listen, cache, bodyLimit, requestTimeout, baseUrl, chainPolicy, trustedProxies } = config
    const { userLock, experimentalKeyTypes, allowedOrigins, rates, docs, audit, sessionTtl } = config
    const resolveDid = observation.dids(ports.ed25519)
    const authenticators = chooseAuthenticators(config, ports.clock, resolveDid, tokens, shared?.openReplays)
    const tells = shared?.tells ?? true
    if (tells) warn(config, log)
    const tls = config.tls && (await readTls(config.tls))
    const stopping = new AbortController()
    const headroom = watchHeadroom(config, ports.clock, tells ? log : silent)
    if (headroom) observation.metrics?.watchDisk(() => headroom.free)
    await headroom?.look()
    const server = await buildServer({
      ports,
      ...(tls && { tls }),
      cache,
      sessionTtl,
      bodyLimit,
      docs,
      requestTimeout,
      trustedProxies,
      limits: { rates, pressure: pressureOf(config), ...(shared && { openLimiter: shared.openLimiter }) },
      ...(shared === undefined && { maximumConnections: config.maxConnections }),
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
      authenticators: (url, kms) => observation.authentication(authenticators(url, kms)),
      ...observation.server,
    })
    if (tells) log.info(`Ed25519 by ${ports.ed25519.name}`)
    const followed = config.tls && followTls(server.server as unknown as TlsServer, config.tls, log)
    return {
      server: server.server,
      pool,
      listen: () => server.listen({ ...listen, backlog }),
      reload: () => void followed?.reload(),
      async stop() {
        stopping.abort()
        await stopServing(server, config)
        followed?.stop()
        headroom?.stop()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function warn({ auth }: Config, log: Logger): void {
  if (auth.kind !== 'credentials') return
  if (auth.zcap?.coverage === 'legacy') {
    log.warn('KMS_ZCAP_COVERAGE=legacy: for a minute whoever sees a request can send others in the same name')
  }
  if (auth.gnap?.isSigned === false) {
    log.warn('KMS_GNAP_HTTPSIG_DISABLE: whoever sees a GNAP token can use it')
  }
}

const silent = { error: () => undefined, info: () => undefined }

/** Nobody but the embedded store has its disk here. */
function watchHeadroom(
  { store, audit }: Config,
  clock: Clock,
  log: Pick<Logger, 'error' | 'info'>,
): Headroom | undefined {
  if (store.kind !== 'embedded' || audit?.headroom === undefined) return undefined
  return new Headroom({ directory: store.directory, least: audit.headroom, clock, log })
}

/** Connections are spread evenly over the workers, and so is what may be under way on them. */
function pressureOf({ workers, pressure: { memory, requests, loopDelay } }: Config) {
  return {
    requests: Math.ceil(requests / workers),
    loopDelay,
    ...(memory !== undefined && { memory: { most: memory, used: ownMemory } }),
  }
}
