import { toConfig } from './choices.ts'
import type { Config } from './config.ts'
import { contradictions } from './contradictions.ts'
import { type SettingName, type Settings, settings, unsupportedSettings } from './settings.ts'

/** Everything that is wrong with the settings, a line each, each beginning with its variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIGURATION'
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
