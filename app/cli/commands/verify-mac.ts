import { readFile } from 'node:fs/promises'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { readData, validityOutcome } from '../data.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    mac: { type: 'string', value: 'FILE', required: true, description: 'The MAC, as `mac` writes it.' },
  },
  words: ['KEY', '[FILE]'],
  async run({ mac, ...caller }, [url, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const [data, made] = [await readData(file, input), await readFile(mac)]
    return validityOutcome(await keyhold.key(url, capability).verifyMac(made, data))
  },
})
