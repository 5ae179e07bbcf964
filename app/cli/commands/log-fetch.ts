import { callerOptions, openCaller } from '../caller-options.ts'
import { definePlainCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { writeLines } from '../write-lines.ts'

export const command = definePlainCommand({
  options: callerOptions,
  words: ['KEYSTORE'],
  more: '\nPrints the log of a keystore as the service shows it: JSON Lines, the latest entry first. docs/audit-log.md says\nwhat they say. `keyhold log verify` verifies them.\n',
  async run(caller, [url], { output }) {
    const { keyhold } = await openCaller(caller, url)
    await writeLines(output, keyhold.keystore(url).log())
    return exitCodes.done.code
  },
})
