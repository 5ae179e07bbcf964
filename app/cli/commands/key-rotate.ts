import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { attributeOption, keyTypeOf } from '../key-type.ts'

export const command = defineCommand({
  options: { ...callerOptions, ...attributeOption },
  words: ['KEY', 'TYPE'],
  more: '\nThe type must be of the same family. All ids that the key ever had go on naming it.\n',
  async run({ attribute, ...caller }, [url, type]) {
    const { keyhold, capability } = await openCaller(caller, url)
    const key = await keyhold.key(url, capability).rotate(keyTypeOf(type), attribute)
    return { text: `${key.url}\n`, json: { key: key.url } }
  },
})
