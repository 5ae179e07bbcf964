import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    to: { type: 'string', value: 'DID', required: true, description: 'The new controller.' },
  },
  words: ['KEYSTORE'],
  more: '\nWhat was delegated ends with it, and so do tokens. The new controller finds the root in `keystore show`.\n',
  async run({ to, ...caller }, [url]) {
    const keystore = (await openCaller(caller, url)).keyhold.keystore(url)
    const { revision } = await keystore.describe()
    const { controller } = await keystore.update({ controller: to, revision: revision + 1 })
    return { text: `${url} belongs to ${controller}\n`, json: { keystore: url, controller, revision: revision + 1 } }
  },
})
