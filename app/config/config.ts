import { isIPv4 } from 'node:net'
import { join } from 'node:path'
import type { CacheLimits } from '@keyhold/core'
import { type SettingName, type Settings, settings, unsupportedSettings } from './settings.ts'
import type { Address } from './values.ts'

export type StoreConfig = { readonly kind: 'embedded'; readonly directory: string } | { readonly kind: 'memory' }

export type LockConfig =
  /** `made`: the file is made if the store's directory is new, since nobody named another one. */
  { readonly kind: 'local'; readonly file: string; readonly made: boolean } | { readonly kind: 'process' }

export interface Config {
  readonly listen: Address
  readonly baseUrl?: string
  readonly store: StoreConfig
  readonly lock: LockConfig
  readonly authType: Settings['authType']
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

function contradictions({ host, authType }: Partial<Settings>): string[] {
  if (host !== undefined && authType === 'none' && !isLoopback(host.host)) {
    return ['KMS_AUTH_TYPE: none is refused on any address but loopback: set KMS_HOST to 127.0.0.1:8076']
  }
  return []
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
    authType: parsed.authType,
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
