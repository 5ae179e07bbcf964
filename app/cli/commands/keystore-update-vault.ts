import { callerOptions, openCaller } from '../caller-options.ts'
import { readCapabilityFile } from '../capability-file.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['KEYSTORE', 'FILE'],
  more: '\nFILE is what was delegated to the service in place of the capability that it has.\n',
  async run(caller, [url, file]) {
    const { keyhold, capability } = await openCaller(caller, url)
    await keyhold.keystore(url, capability).updateVault(await readCapabilityFile(file))
    return { text: `${url} has it\n`, json: { keystore: url } }
  },
})
