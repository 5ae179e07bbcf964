import { isIPv4 } from 'node:net'
import { join } from 'node:path'
import type { CacheLimits, ChainPolicy } from '@keyhold/core'
import { type SettingName, type Settings, settings, unsupportedSettings } from './settings.ts'
import type { Address } from './values.ts'

export type StoreConfig = { readonly kind: 'embedded'; readonly directory: string } | { readonly kind: 'memory' }

export type LockConfig =
  /** `made`: the file is made if the store's directory is new, since nobody named another one. */
  { readonly kind: 'local'; readonly file: string; readonly made: boolean } | { readonly kind: 'process' }

export type AuthConfig =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'zcap'
      readonly coverage: Settings['zcapCoverage']
      readonly admission: AdmissionConfig
    }

export type AdmissionConfig =
  | { readonly kind: 'controller' }
  | { readonly kind: 'bearer'; readonly file: string }
  | { readonly kind: 'open' }

export interface Config {
  readonly listen: Address
  readonly baseUrl?: string
  readonly store: StoreConfig
  readonly lock: LockConfig
  readonly auth: AuthConfig
  readonly chainPolicy: ChainPolicy
  readonly cache: CacheLimits
  readonly bodyLimit: number
  /** Milliseconds, as all times here. */
  readonly requestTimeout: number
  readonly shutdownTimeout: number
  readonly logLevel: Settings['logLevel']
}

/** Everything that is wrong with the settings, a line each, each beginning with its variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings. An empty variable counts as set.
 *
 * @param flags by flag name, without the dashes
 * @throws ConfigError with every problem at once
 */
export function loadConfig(environment: Environment, flags: Environment = {}): Config {
  const problems = [...unknownVariables(environment), ...unsupported(environment, flags)]
  const parsed = parseSettings(environment, flags, problems)
  problems.push(...contradictions(parsed))
  if (problems.length > 0) throw new ConfigError(problems)
  return toConfig(parsed as Settings)
}

/** The settings that could be read; for each of the others there is a problem more. */
function parseSettings(environment: Environment, flags: Environment, problems: string[]): Partial<Settings> {
  const parsed: Partial<Record<SettingName, unknown>> = {}
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting = settings[name]
    const given = flags[setting.flag] ?? environment[setting.variable] ?? setting.default
    try {
      parsed[name] = given === undefined ? undefined : setting.parse(given)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      problems.push(`${setting.variable}: ${error.message}`)
    }
  }
  return parsed as Partial<Settings>
}

function unknownVariables(environment: Environment): string[] {
  const known = new Set([
    ...Object.values(settings).map(setting => setting.variable as string),
    ...Object.keys(unsupportedSettings),
  ])
  return Object.keys(environment)
    .filter(variable => variable.startsWith('KMS_') && !known.has(variable))
    .map(variable => `${variable}: there is no such setting`)
}

function unsupported(environment: Environment, flags: Environment): string[] {
  return Object.entries(unsupportedSettings)
    .filter(([variable, flag]) => (flags[flag] ?? environment[variable]) !== undefined)
    .map(([variable]) => `${variable}: not supported by this version`)
}

function contradictions(settings: Partial<Settings>): string[] {
  const { host, baseUrl, authType, zcapCoverage, keystoreAdmission, keystoreAdmissionTokenFile } = settings
  const problems: string[] = []
  const check = (problem: string, wrong: boolean) => wrong && problems.push(problem)
  const remote = host !== undefined && !isLoopback(host.host)
  const file = keystoreAdmissionTokenFile !== undefined
  check(
    'KMS_AUTH_TYPE: none is refused on any address but loopback: set KMS_HOST to 127.0.0.1:8076',
    authType === 'none' && remote,
  )
  check('KMS_KEYSTORE_ADMISSION: open is refused on any address but loopback', keystoreAdmission === 'open' && remote)
  check(
    'KMS_BASE_URL: must be set on any address but loopback: capabilities name it',
    authType === 'zcap' && baseUrl === undefined && remote,
  )
  check(
    'KMS_ZCAP_COVERAGE: legacy is refused without TLS: set KMS_BASE_URL to an https URL, or listen on loopback',
    zcapCoverage === 'legacy' && remote && !baseUrl?.startsWith('https:'),
  )
  check(
    'KMS_KEYSTORE_ADMISSION_TOKEN_FILE: must be set for admission by bearer',
    keystoreAdmission === 'bearer' && !file,
  )
  check(
    'KMS_KEYSTORE_ADMISSION_TOKEN_FILE: is for admission by bearer only',
    keystoreAdmission !== undefined && keystoreAdmission !== 'bearer' && file,
  )
  return problems
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function toConfig(parsed: Settings): Config {
  const store: StoreConfig =
    parsed.databaseType === 'memory' ? { kind: 'memory' } : { kind: 'embedded', directory: parsed.databaseUrl }
  return Object.freeze({
    listen: parsed.host,
    ...(parsed.baseUrl !== undefined && { baseUrl: parsed.baseUrl }),
    store,
    lock: toLock(store, parsed.secretLockKeyPath),
    auth: toAuth(parsed),
    chainPolicy: { maximumTtl: parsed.zcapMaxTtl / 1000, clockSkew: parsed.clockSkew / 1000 },
    cache: { max: parsed.kmsCacheSize, ttl: parsed.cacheEnable ? parsed.kmsCacheTtl : 0 },
    bodyLimit: parsed.bodyLimit,
    requestTimeout: parsed.requestTimeout,
    shutdownTimeout: parsed.shutdownTimeout,
    logLevel: parsed.logLevel,
  })
}

function toLock(store: StoreConfig, file: string | undefined): LockConfig {
  if (file !== undefined) return { kind: 'local', file, made: false }
  if (store.kind === 'memory') return { kind: 'process' }
  return { kind: 'local', file: join(store.directory, 'master.key'), made: true }
}

function toAuth(parsed: Settings): AuthConfig {
  if (parsed.authType === 'none') return { kind: 'none' }
  return { kind: 'zcap', coverage: parsed.zcapCoverage, admission: toAdmission(parsed) }
}

function toAdmission({ keystoreAdmission, keystoreAdmissionTokenFile }: Settings): AdmissionConfig {
  if (keystoreAdmission !== 'bearer') return { kind: keystoreAdmission }
  return { kind: 'bearer', file: keystoreAdmissionTokenFile ?? '' }
}
