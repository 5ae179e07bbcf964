import { settings, unsupportedSettings } from '../config/settings.ts'
import type { Options } from './command.ts'

/**
 * The flags of what runs with the settings of the service, out of the one table of settings. Their defaults are only
 * shown: `loadConfig` wants to know what was given.
 */
export const settingOptions: Options = Object.fromEntries([
  ...Object.values(settings).map(({ flag, variable, description, ...rest }) => {
    const fallback = rest.default === undefined ? '' : ` [${rest.default}]`
    return [flag, { type: 'string', value: 'VALUE', variable, description: description + fallback }]
  }),
  ...Object.entries(unsupportedSettings).map(([variable, flag]) => {
    return [flag, { type: 'string', value: 'VALUE', variable, description: 'Known, and refused: not supported here.' }]
  }),
])

/** What is said of them in the help. */
export const settingsNote = '\nA flag wins over its variable, a variable over the default (in brackets).\n'

/** The flags that were given, as `loadConfig` takes them. */
export function givenFlags(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(settingOptions).flatMap(flag => {
      const value = values[flag]
      return typeof value === 'string' ? [[flag, value]] : []
    }),
  )
}
