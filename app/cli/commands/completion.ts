import { usageError } from '../cli-error.ts'
import { definePlainCommand } from '../command.ts'
import { bashCompletion } from '../completion/bash.ts'
import { describeCommands } from '../completion/described.ts'
import { fishCompletion } from '../completion/fish.ts'
import { zshCompletion } from '../completion/zsh.ts'
import { exitCodes } from '../exit-codes.ts'

const shells = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
])

export const command = definePlainCommand({
  options: {},
  words: ['SHELL'],
  more: `
SHELL is bash, zsh or fish.
  bash   eval "$(keyhold completion bash)", in ~/.bashrc
  zsh    source <(keyhold completion zsh), in ~/.zshrc after compinit
  fish   keyhold completion fish > ~/.config/fish/completions/keyhold.fish
`,
  async run(_options, [shell], { commands, output }) {
    const completion = shells.get(shell)
    if (completion === undefined) throw usageError('SHELL: must be bash, zsh or fish')
    output.write(completion(await describeCommands(commands)))
    return exitCodes.done.code
  },
})
