import { definePlainCommand } from '../command.ts'
import { givenFlags, settingOptions, settingsNote } from '../setting-options.ts'

export const command = definePlainCommand({
  options: settingOptions,
  words: [],
  more: settingsNote,
  async run(values, _words, { environment }) {
    const { start } = await import('../start.ts')
    return start(givenFlags(values), environment)
  },
})
