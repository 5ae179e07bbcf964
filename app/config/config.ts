import { join } from 'node:path'
import type { CacheLimits, ChainPolicy } from '@keyhold/core'
import { contradictions } from './contradictions.ts'
import { type SettingName, type Settings, settings, unsupportedSettings } from './settings.ts'
import type { Address } from './values.ts'

export type StoreConfig =
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'mongodb'
      readonly url: string
      readonly prefix?: string
      readonly startTimeout: number
      readonly callTimeout: number
      /** How long a record that was found is known. */
      readonly cacheTtl: number
    }

export type LockConfig =
  /** `made`: the file is made if the store's directory is new, since nobody named another one. */
  | { readonly kind: 'local'; readonly file: string; readonly made: boolean }
  | { readonly kind: 'process' }
  | {
      readonly kind: 'aws-kms'
      readonly keyArn: string
      readonly region: string
      readonly endpoint?: string
      readonly timeout: number
    }
  | {
      readonly kind: 'openbao-transit'
      readonly url: string
      readonly mount: string
      readonly key: string
      readonly tokenFile: string
      readonly namespace?: string
      readonly timeout: number
    }

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
  const given = (name: SettingName) => flags[settings[name].flag] ?? environment[settings[name].variable]
  const parsed = parseSettings(given, problems)
  problems.push(...contradictions(parsed, name => given(name) !== undefined))
  if (problems.length > 0) throw new ConfigError(problems)
  return toConfig(parsed as Settings)
}

/** The settings that could be read; for each of the others there is a problem more. */
function parseSettings(given: (name: SettingName) => string | undefined, problems: string[]): Partial<Settings> {
  const parsed: Partial<Record<SettingName, unknown>> = {}
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting = settings[name]
    const value = given(name) ?? setting.default
    try {
      parsed[name] = value === undefined ? undefined : setting.parse(value)
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

function toConfig(parsed: Settings): Config {
  const store = toStore(parsed)
  return Object.freeze({
    listen: parsed.host,
    ...(parsed.baseUrl !== undefined && { baseUrl: parsed.baseUrl }),
    store,
    lock: toLock(store, parsed),
    auth: toAuth(parsed),
    chainPolicy: { maximumTtl: parsed.zcapMaxTtl / 1000, clockSkew: parsed.clockSkew / 1000 },
    cache: { max: parsed.kmsCacheSize, ttl: parsed.cacheEnable ? parsed.kmsCacheTtl : 0 },
    bodyLimit: parsed.bodyLimit,
    requestTimeout: parsed.requestTimeout,
    shutdownTimeout: parsed.shutdownTimeout,
    logLevel: parsed.logLevel,
  })
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

function toLock(store: StoreConfig, parsed: Settings): LockConfig {
  const { secretLockType, secretLockTimeout: timeout, secretLockKeyPath: file } = parsed
  switch (secretLockType) {
    case 'local':
      if (file !== undefined) return { kind: 'local', file, made: false }
      if (store.kind !== 'embedded') return { kind: 'process' }
      return { kind: 'local', file: join(store.directory, 'master.key'), made: true }
    case 'aws': {
      const { secretLockAwsKeyUri: key, secretLockAwsEndpoint: endpoint } = parsed
      const { arn: keyArn, region } = present(key)
      return { kind: 'aws-kms', keyArn, region, ...(endpoint !== undefined && { endpoint }), timeout }
    }
    case 'vault': {
      const { secretLockVaultNamespace: namespace } = parsed
      return {
        kind: 'openbao-transit',
        url: present(parsed.secretLockVaultUrl),
        mount: parsed.secretLockVaultMount,
        key: present(parsed.secretLockVaultKey),
        tokenFile: present(parsed.secretLockVaultTokenFile),
        ...(namespace !== undefined && { namespace }),
        timeout,
      }
    }
  }
}

function toAuth(parsed: Settings): AuthConfig {
  if (parsed.authType === 'none') return { kind: 'none' }
  return { kind: 'zcap', coverage: parsed.zcapCoverage, admission: toAdmission(parsed) }
}

function toAdmission({ keystoreAdmission, keystoreAdmissionTokenFile }: Settings): AdmissionConfig {
  if (keystoreAdmission !== 'bearer') return { kind: keystoreAdmission }
  return { kind: 'bearer', file: present(keystoreAdmissionTokenFile) }
}

/** What a choice needs is there: `contradictions` has seen to that. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a setting that is needed is missing')
  return value
}
