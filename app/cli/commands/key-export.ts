import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { bytesOutcome, jsonOutcome, outputOptions } from '../data.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    format: {
      type: 'string',
      value: 'NAME',
      choices: ['jwk', 'spki', 'multikey', 'did_key'],
      description: 'How other software knows the key. Default: the form of its type.',
    },
    ...outputOptions,
  },
  words: ['KEY'],
  async run({ format, out, base64, ...caller }, [url]) {
    const { keyhold, capability } = await openCaller(caller, url)
    const key = keyhold.key(url, capability)
    if (format === undefined) return bytesOutcome('publicKey', (await key.export()).publicKey, { out, base64 })
    const form = await key.export(format)
    if (form instanceof Uint8Array) return bytesOutcome(format, form, { out, base64 })
    return typeof form === 'string' ? { text: `${form}\n`, json: { [format]: form } } : jsonOutcome(form)
  },
})
