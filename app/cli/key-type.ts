import { type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { usageError } from './cli-error.ts'
import type { Options } from './command.ts'

export const attributeOption = {
  attribute: {
    type: 'string',
    value: 'TEXT',
    multiple: true,
    description: 'What is asked of the key beside its type, such as the bits of an RSA key.',
  },
} as const satisfies Options

/** @throws CliError with the exit `usage` */
export function keyTypeOf(text: string): KeyTypeName {
  const type = keyTypeNames.find(name => name === text)
  if (type === undefined) throw usageError(`TYPE: must be one of ${keyTypeNames.join(', ')}`)
  return type
}
