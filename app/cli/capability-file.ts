import { readFile, writeFile } from 'node:fs/promises'
import { type Capability, readCapability } from '@keyhold/client'
import { CliError } from './cli-error.ts'
import type { Options } from './command.ts'

export const rootOption = {
  'save-root': {
    type: 'string',
    value: 'FILE',
    description: 'Where the root capability is written; the file must not exist.',
  },
} as const satisfies Options

/** Reads a capability in any of its forms. @throws Error if the file holds none */
export async function readCapabilityFile(file: string): Promise<Capability> {
  return readCapability(await readFile(file, 'utf8'))
}

/** Writes a root capability for later commands to invoke, if it is wanted. @throws CliError if there is none */
export async function saveRoot(file: string | undefined, capability: Capability | undefined): Promise<void> {
  if (file === undefined) return
  if (capability === undefined) throw new CliError('failed', 'NO_CAPABILITY', 'the controller is none that can invoke')
  await writeFile(file, `${JSON.stringify(capability)}\n`, { flag: 'wx', mode: 0o600 })
}
