import { makeKeyFile } from '@keyhold/client/node'
import { defineCommand } from '../command.ts'
import { showDid } from '../show-did.ts'

export const command = defineCommand({
  options: {},
  words: ['FILE'],
  more: '\nAn Ed25519 key, PKCS#8 PEM, mode 0600. The file must not exist.\n',
  async run(_options, [file]) {
    await makeKeyFile(file)
    return showDid(file)
  },
})
