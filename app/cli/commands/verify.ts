import { readFile } from 'node:fs/promises'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { readData, validityOutcome } from '../data.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    signature: { type: 'string', value: 'FILE', required: true, description: 'The signature, as `sign` writes it.' },
  },
  words: ['KEY', '[FILE]'],
  async run({ signature, ...caller }, [url, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const [message, signed] = [await readData(file, input), await readFile(signature)]
    return validityOutcome(await keyhold.key(url, capability).verify(signed, message))
  },
})
