import { settings, unsupportedSettings } from '../config/settings.ts'

/** The text of `keyhold --help`: every command, and every setting out of the one table. */
export function usage(): string {
  const rows = Object.values(settings).map(({ flag, variable, description, ...rest }) => {
    const fallback = rest.default === undefined ? '' : ` [${rest.default}]`
    return `  --${flag} VALUE, ${variable}${fallback}\n      ${description}`
  })
  return `keyhold start [--FLAG VALUE ...]   run the service
keyhold keygen FILE                 make a master key file for the service

keyhold did new FILE                make a key file for a caller, and print its DID
keyhold did show FILE               print the DID of a key file
keyhold call --key FILE [--capability FILE] METHOD URL [JSON]
                                    send a signed request, and print the answer
keyhold zcap delegate --key FILE --parent FILE --to DID --expires 30d [--action NAME ...] [--target URL]
                                    delegate a capability, without asking the service
keyhold zcap show FILE              explain a capability

The flags of \`start\`. A flag wins over its variable, a variable over the default (in brackets).

${rows.join('\n')}

Known, and refused because this version does not support them: ${Object.keys(unsupportedSettings).join(', ')}
`
}
