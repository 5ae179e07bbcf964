import { settings, unsupportedSettings } from '../config/settings.ts'

/** The text of `keyhold --help` and `keyhold start --help`: every setting, out of the one table. */
export function usage(): string {
  const rows = Object.values(settings).map(({ flag, variable, description, ...rest }) => {
    const fallback = rest.default === undefined ? '' : ` [${rest.default}]`
    return `  --${flag} VALUE, ${variable}${fallback}\n      ${description}`
  })
  return `keyhold start [--FLAG VALUE ...]   run the service
keyhold keygen FILE                make a master key file

A flag wins over its variable, a variable over the default (in brackets).

${rows.join('\n')}

Known, and refused because this version does not support them: ${Object.keys(unsupportedSettings).join(', ')}
`
}
