import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['URL'],
  more: '\nURL is that of the service. The wallet delegates its vault to this DID before a keystore is created in it.\n',
  async run(caller, [url]) {
    const did = await (await openCaller(caller, url)).keyhold.vaultDid()
    return { text: `${did}\n`, json: { did } }
  },
})
