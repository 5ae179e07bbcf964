import { Keyhold, zcap } from '@keyhold/client'
import { openKeyFile } from '@keyhold/client/node'
import { definePlainCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { writeLines } from '../write-lines.ts'

export const command = definePlainCommand({
  options: {
    key: {
      type: 'string',
      value: 'FILE',
      description: "The key of the keystore's controller, if the service asks who it is.",
    },
  },
  words: ['KEYSTORE_URL'],
  more: '\nPrints the log of a keystore as the service shows it: JSON Lines, the latest entry first. docs/audit-log.md says\nwhat they say. `keyhold log verify` verifies them.\n',
  async run({ key }, [url], { output }) {
    const authorization = key === undefined ? undefined : zcap(await openKeyFile(key))
    const keystore = new Keyhold({ url, ...(authorization && { authorization }) }).keystore(url)
    await writeLines(output, keystore.log())
    return exitCodes.done.code
  },
})
