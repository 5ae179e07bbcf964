import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { bytesOutcome, outputOptions, readData } from '../data.ts'

export const command = defineCommand({
  options: { ...callerOptions, ...outputOptions },
  words: ['KEY', '[FILE]'],
  async run({ out, base64, ...caller }, [url, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const signature = await keyhold.key(url, capability).sign(await readData(file, input))
    return bytesOutcome('signature', signature, { out, base64 })
  },
})
