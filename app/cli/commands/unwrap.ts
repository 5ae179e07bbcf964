import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { bytesOutcome, objectOf, outputOptions, readData } from '../data.ts'
import { readJwk, readWrapped } from '../wrapped-key.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    sender: { type: 'string', value: 'FILE', description: 'The public key of a sender who is to be known, as a JWK.' },
    ...outputOptions,
  },
  words: ['KEY', '[FILE]'],
  more: '\nReads what `wrap` has printed.\n',
  async run({ sender, out, base64, ...caller }, [url, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const wrapped = readWrapped(objectOf(await readData(file, input), file), file)
    const known = sender === undefined ? {} : { sender: await readJwk(sender) }
    return bytesOutcome('key', await keyhold.key(url, capability).unwrap(wrapped, known), { out, base64 })
  },
})
