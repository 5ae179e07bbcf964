import { readFile } from 'node:fs/promises'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { bytesOf, bytesOutcome, objectOf, outputOptions, readData } from '../data.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    aad: { type: 'string', value: 'FILE', description: 'What was authenticated with it.' },
    ...outputOptions,
  },
  words: ['KEY', '[FILE]'],
  more: '\nReads what `encrypt` has printed.\n',
  async run({ aad, out, base64, ...caller }, [url, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const associated = aad === undefined ? undefined : await readFile(aad)
    const read = objectOf(await readData(file, input), file)
    const encrypted = { ciphertext: bytesOf(read, 'ciphertext', file), nonce: bytesOf(read, 'nonce', file) }
    const plaintext = await keyhold.key(url, capability).decrypt(encrypted, associated)
    return bytesOutcome('plaintext', plaintext, { out, base64 })
  },
})
