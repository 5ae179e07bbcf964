import { callerOptions, openCaller } from '../caller-options.ts'
import { usageError } from '../cli-error.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['METHOD', 'URL', '[JSON]'],
  async run(caller, [method, url, body]) {
    const { keyhold, capability } = await openCaller(caller, url)
    const sent = { ...(body !== undefined && { body: readBody(body) }), ...(capability && { capability }) }
    const answer = await keyhold.send({ method, url, ...sent })
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
