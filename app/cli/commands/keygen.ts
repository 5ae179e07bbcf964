import { makeMasterKeyFile } from '@keyhold/adapters'
import { CliError } from '../cli-error.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: {},
  words: ['FILE'],
  more: '\nThe file (mode 0600) never replaces another. Without it no key of its store can be opened: keep a copy.\n',
  async run(_options, [file]) {
    if (!(await makeMasterKeyFile(file))) {
      throw new CliError('failed', 'ALREADY_EXISTS', `${file}: exists already, and is left as it is`)
    }
    const text = `${file}: a new master key (mode 0600). Keep a copy in a safe place.\n`
    return { text, json: { file } }
  },
})
