import { callerOptions, openCaller } from '../caller-options.ts'
import { readCapabilityFile, rootOption, savingRoot } from '../capability-file.ts'
import { usageError } from '../cli-error.ts'
import { defineCommand } from '../command.ts'

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
    vault: { type: 'string', value: 'URL', description: 'The vault in which its keys will live.' },
    'vault-capability': {
      type: 'string',
      value: 'FILE',
      description: 'What was delegated to the service for it, to the DID of `keystore vault-did`.',
    },
    ...rootOption,
  },
  words: ['URL'],
  more: '\nURL is that of the service. The root capability is what `keystore show` shows again.\n',
  async run({ controller, lock, 'save-root': root, vault, 'vault-capability': delegated, ...caller }, [url]) {
    if ((vault === undefined) !== (delegated === undefined)) {
      throw usageError('--vault and --vault-capability: both or neither')
    }
    const { keyhold, did } = await openCaller(caller, url)
    const owner = controller ?? did
    if (owner === undefined) throw usageError('--controller DID is missing')
    const capability = delegated && (await readCapabilityFile(delegated))
    const asked = {
      controller: owner,
      ...(lock && { lock: { type: lock } }),
      ...(vault && capability && { vault: { url: vault, capability } }),
    }
    const keystore = await savingRoot(root, () => keyhold.createKeystore(asked))
    return { text: `${keystore.url}\n`, json: { keystore: keystore.url, capability: keystore.capability ?? null } }
  },
})
