import type { Capability } from '@keyhold/client'
import { callerOptions, openCaller } from '../caller-options.ts'
import { readCapabilityFile } from '../capability-file.ts'
import { defineCommand } from '../command.ts'
import { wrongInput } from '../data.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['FILE'],
  more: '\nFILE is the delegated capability. Whoever controls a link of its chain may revoke it, and all below it with it.\n',
  async run(caller, [file]) {
    const delegated = await readCapabilityFile(file)
    const keystore = keystoreOf(delegated)
    if (keystore === undefined) throw wrongInput(file, 'not a capability for a keystore or a key')
    await (await openCaller(caller, keystore)).keyhold.keystore(keystore).revoke(delegated)
    return { text: `${delegated['id']} is revoked\n`, json: { revoked: delegated['id'] } }
  },
})

/** The keystore that its target is, or is in: of either dialect. */
function keystoreOf({ invocationTarget: target }: Capability): string | undefined {
  const url = typeof target === 'object' && target !== null ? (target as { ID?: unknown }).ID : target
  return typeof url === 'string' ? /^https?:.*\/keystores\/[^/?#]+/.exec(url)?.[0] : undefined
}
