import { delegate } from '@keyhold/client'
import { openKeyFile } from '@keyhold/client/node'
import { readTrustblocCapability } from '@keyhold/core'
import { duration } from '../../config/values.ts'
import { readCapabilityFile } from '../capability-file.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: {
    key: {
      type: 'string',
      value: 'FILE',
      required: true,
      variable: 'KEYHOLD_KEY_FILE',
      description: "The key of the parent's invoker.",
    },
    parent: { type: 'string', value: 'FILE', required: true, description: 'The capability that is delegated from.' },
    to: { type: 'string', value: 'DID', required: true, description: 'The DID URL of the key that may invoke it.' },
    expires: {
      type: 'string',
      value: 'DURATION',
      required: true,
      parse: duration,
      description: 'How long it lives, such as 30d.',
    },
    action: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      description: "An action that it allows. Without any: all of the parent's.",
    },
    target: { type: 'string', value: 'URL', description: "A keystore or key. Default: the parent's." },
  },
  words: [],
  async run({ key, parent: file, to, expires, action, target }) {
    const parent = await readCapabilityFile(file)
    if (readTrustblocCapability(parent) === undefined)
      throw new Error(`${file}: not a capability that can be delegated`)
    const signer = await openKeyFile(key)
    const delegation = {
      to,
      expires: new Date(Date.now() + expires),
      ...(action.length > 0 && { actions: action }),
      ...(target !== undefined && { target }),
    }
    const capability = await delegate(parent, delegation, signer)
    return { text: `${JSON.stringify(capability)}\n`, json: capability }
  },
})
