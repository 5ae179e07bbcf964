import { encodeBase64 } from '@keyhold/core'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { attributeOption, keyTypeOf } from '../key-type.ts'

export const command = defineCommand({
  options: { ...callerOptions, ...attributeOption },
  words: ['KEYSTORE', 'TYPE'],
  async run({ attribute, ...caller }, [url, type]) {
    const { keyhold, capability } = await openCaller(caller, url)
    const key = await keyhold.keystore(url, capability).createKey(keyTypeOf(type), attribute)
    const publicKey = key.publicKey && encodeBase64(key.publicKey)
    return { text: `${key.url}\n`, json: { key: key.url, publicKey: publicKey ?? null } }
  },
})
