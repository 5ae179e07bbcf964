import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { jsonOutcome } from '../data.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['KEYSTORE'],
  more: '\nAll pages of it, as one JWK Set. Nobody has to prove anything if it is public.\n',
  async run(caller, [url]) {
    const { keyhold } = await openCaller(caller, url)
    return jsonOutcome(await keyhold.keystore(url).jwks())
  },
})
