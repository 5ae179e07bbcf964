import { defineCommand } from '../command.ts'
import { showDid } from '../show-did.ts'

export const command = defineCommand({
  options: {},
  words: ['FILE'],
  run: async (_options, [file]) => showDid(file),
})
