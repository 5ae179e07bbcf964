import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['KEYSTORE', 'ID'],
  more: '\nThe controller of the keystore may close any session of it, everybody else his own.\n',
  async run(caller, [url, id]) {
    const { keyhold } = await openCaller(caller, url)
    await keyhold.keystore(url).closeSession(id)
    return { text: `${id} is closed\n`, json: { closed: id } }
  },
})
