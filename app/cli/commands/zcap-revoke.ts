import { callerOptions, openCaller } from '../caller-options.ts'
import { readCapabilityFile } from '../capability-file.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: callerOptions,
  // The service is not taken from the file: credentials are sent to nobody whom the caller has not named.
  words: ['KEYSTORE', 'FILE'],
  more: '\nFILE is the delegated capability. Whoever controls a link of its chain may revoke it, and all below it with it.\n',
  async run(caller, [url, file]) {
    const delegated = await readCapabilityFile(file)
    await (await openCaller(caller, url)).keyhold.keystore(url).revoke(delegated)
    return { text: `${delegated['id']} is revoked\n`, json: { revoked: delegated['id'] } }
  },
})
