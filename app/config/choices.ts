import { toAuth } from './auth-choices.ts'
import type { Config, StoreConfig } from './config.ts'
import { toLock, toPreviousLock } from './lock-choices.ts'
import { present } from './present.ts'
import type { Settings } from './settings.ts'

/** The configuration that settings amount to which do not contradict each other. */
export function toConfig(parsed: Settings): Config {
  const store = toStore(parsed)
  return Object.freeze({
    listen: parsed.host,
    ...toTls(parsed),
    ...toIssuers(parsed),
    ...(parsed.baseUrl !== undefined && { baseUrl: parsed.baseUrl }),
    store,
    lock: toLock(store, parsed),
    ...toPreviousLock(parsed),
    ...toShares(parsed),
    vaults: { allow: parsed.vaultAllow ?? [], timeout: parsed.vaultTimeout },
    ...(parsed.userLock === 'shamir' && { userLock: parsed.userLock }),
    experimentalKeyTypes: parsed.experimentalKeyTypes ?? [],
    ed25519: parsed.ed25519,
    trustedProxies: parsed.trustedProxies ?? [],
    auth: toAuth(parsed),
    chainPolicy: { maximumTtl: parsed.zcapMaxTtl / 1000, clockSkew: parsed.clockSkew / 1000 },
    sessionTtl: parsed.sessionTtl,
    cache: { max: parsed.kmsCacheSize, ttl: parsed.cacheEnable ? parsed.kmsCacheTtl : 0 },
    ...(parsed.corsEnable && { allowedOrigins: parsed.corsOrigins ?? 'any' }),
    workers: parsed.workers,
    rates: toRates(parsed),
    pressure: toPressure(parsed),
    maxConnections: parsed.maxConnections,
    docs: parsed.docsEnable,
    ...toAudit(parsed),
    bodyLimit: parsed.bodyLimit,
    requestTimeout: parsed.requestTimeout,
    shutdownDelay: parsed.shutdownDelay,
    shutdownTimeout: parsed.shutdownTimeout,
    logLevel: parsed.logLevel,
    logFormat: parsed.logFormat,
    ...(parsed.metricsHost && { metrics: parsed.metricsHost }),
  })
}

function toRates({ rateLimitFailures: failures, rateLimitAddress: address, rateLimitPrincipal: principal }: Settings) {
  return {
    ...(failures !== 'off' && { failures }),
    ...(address !== 'off' && { address }),
    ...(principal !== 'off' && { principal }),
  }
}

function toPressure({ maxRequests: requests, maxLoopDelay: loopDelay, maxMemory }: Settings): Config['pressure'] {
  return { requests, loopDelay, ...(maxMemory !== 'off' && { memory: maxMemory * 1_048_576 }) }
}

function toAudit({
  audit: mode,
  auditSync: sync,
  auditTimeout: timeout,
  auditHeadroom,
}: Settings): Pick<Config, 'audit'> {
  if (mode === 'off') return {}
  return { audit: { mode, sync, timeout, ...(auditHeadroom !== 'off' && { headroom: auditHeadroom * 1_048_576 }) } }
}

function toTls({ tlsServeCert: cert, tlsServeKey: key, tlsClientCacerts: clientCa }: Settings): Pick<Config, 'tls'> {
  if (cert === undefined || key === undefined) return {}
  return { tls: { cert, key, ...(clientCa !== undefined && { clientCa }) } }
}

function toIssuers({ tlsCacerts: files = [], tlsSystemcertpool: system }: Settings): Pick<Config, 'issuers'> {
  return files.length > 0 || system ? { issuers: { files, system } } : {}
}

function toStore(parsed: Settings): StoreConfig {
  switch (parsed.databaseType) {
    case 'memory':
      return { kind: 'memory' }
    case 'embedded':
      return { kind: 'embedded', directory: parsed.databaseUrl }
    case 'mongodb':
      return {
        kind: 'mongodb',
        url: parsed.databaseUrl,
        ...(parsed.databasePrefix !== undefined && { prefix: parsed.databasePrefix }),
        startTimeout: parsed.databaseTimeout,
        callTimeout: parsed.databaseCallTimeout,
        cacheTtl: parsed.cacheEnable ? parsed.recordCacheTtl : 0,
      }
  }
}

function toShares(parsed: Settings): Pick<Config, 'shares'> {
  const { authServerUrl: url, authServerTimeout: timeout, shamirSecretCacheTtl } = parsed
  const { authServerTokenFile: file, authServerToken: text } = parsed
  if (url === undefined || (file === undefined && text === undefined)) return {}
  const token = file === undefined ? { text: present(text) } : { file }
  return { shares: { url, token, timeout, cacheTtl: parsed.cacheEnable ? shamirSecretCacheTtl : 0 } }
}
