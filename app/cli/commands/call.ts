import { readFile } from 'node:fs/promises'
import { Keyhold, readCapability, zcap } from '@keyhold/client'
import { openKeyFile } from '@keyhold/client/node'
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
    const invoked = capability === undefined ? undefined : await readCapability(await readFile(capability, 'utf8'))
    const sent = { ...(body !== undefined && { body: readBody(body) }), ...(invoked && { capability: invoked }) }
    const answer = await new Keyhold({ url, authorization: zcap(signer) }).send({ method, url, ...sent })
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
