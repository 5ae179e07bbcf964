import { readFile } from 'node:fs/promises'
import { encodeBase64 } from '@keyhold/core'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { jsonOutcome, readData } from '../data.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    aad: { type: 'string', value: 'FILE', description: 'Data that is authenticated with it, and not encrypted.' },
  },
  words: ['KEY', '[FILE]'],
  more: '\nPrints ciphertext and nonce as JSON, which `decrypt` reads.\n',
  async run({ aad, ...caller }, [url, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const associated = aad === undefined ? undefined : await readFile(aad)
    const { ciphertext, nonce } = await keyhold.key(url, capability).encrypt(await readData(file, input), associated)
    return jsonOutcome({ ciphertext: encodeBase64(ciphertext), nonce: encodeBase64(nonce) })
  },
})
