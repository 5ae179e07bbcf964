import { readTrustblocCapability } from '@keyhold/core'
import { readCapabilityFile } from '../capability-file.ts'
import { defineCommand } from '../command.ts'
import { rowsOf } from '../data.ts'
import { explainCcg, explainTrustbloc } from '../explain-capability.ts'

export const command = defineCommand({
  options: {},
  words: ['FILE'],
  more: '\nThe proof is checked in the TrustBloc dialect. In the CCG dialect a chain means nothing without the keystore\nthat it begins at, which only the service knows.\n',
  async run(_options, [file]) {
    const json = await readCapabilityFile(file)
    const capability = readTrustblocCapability(json)
    const { valid, ...lines } = capability === undefined ? explainCcg(json) : await explainTrustbloc(capability)
    return { text: rowsOf(lines), json: { ...lines, valid }, exit: valid ? 'done' : 'invalid' }
  },
})
