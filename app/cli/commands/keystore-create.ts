import { callerOptions, openCaller } from '../caller-options.ts'
import { usageError } from '../cli-error.ts'
import { defineCommand } from '../command.ts'
import { rootOption, saveRoot } from '../root-capability.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    controller: {
      type: 'string',
      value: 'DID',
      description: "Whom it belongs to. Default: the caller's key; needed with a bearer token.",
    },
    lock: {
      type: 'string',
      value: 'KIND',
      choices: ['server-held', 'shamir'],
      description: 'How its lock is opened. Default: as the service chooses.',
    },
    ...rootOption,
  },
  words: ['URL'],
  more: '\nURL is that of the service. The root capability is what `keystore show` shows again.\n',
  async run({ controller, lock, 'save-root': root, ...caller }, [url]) {
    const { keyhold, did } = await openCaller(caller, url)
    const owner = controller ?? did
    if (owner === undefined) throw usageError('--controller DID is missing')
    const keystore = await keyhold.createKeystore({ controller: owner, ...(lock && { lock: { type: lock } }) })
    await saveRoot(root, keystore.capability)
    return { text: `${keystore.url}\n`, json: { keystore: keystore.url, capability: keystore.capability ?? null } }
  },
})
