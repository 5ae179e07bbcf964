import { readFile } from 'node:fs/promises'
import { KeyholdClient, openKeyFile, readCapability } from '@keyhold/client'
import { usageError } from '../cli-error.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: {
    key: { type: 'string', value: 'FILE', required: true, description: 'The key of the caller.' },
    capability: { type: 'string', value: 'FILE', description: 'The capability to invoke, in any form.' },
  },
  words: ['METHOD', 'URL', '[JSON]'],
  async run({ key, capability }, [method, url, body]) {
    const signer = await openKeyFile(key)
    const invoked = capability === undefined ? undefined : readCapability(await readFile(capability, 'utf8'))
    const client = new KeyholdClient(signer, invoked)
    const answer = await client.send(method, url, body === undefined ? undefined : readBody(body))
    return { text: answer === undefined ? '' : `${JSON.stringify(answer)}\n`, json: answer ?? null }
  },
})

function readBody(text: string): object {
  try {
    return JSON.parse(text)
  } catch {
    throw usageError('JSON: this is none')
  }
}
