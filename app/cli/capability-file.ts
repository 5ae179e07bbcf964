import { open, readFile, rm } from 'node:fs/promises'
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

interface Answer {
  readonly url: string
  readonly capability?: Capability | undefined
}

/**
 * Asks for a keystore, and writes its root capability to a file, if one is named, for later commands to invoke. The file is
 * made before anything is asked for, so that nothing is made whose capability cannot be kept; it goes if that fails.
 *
 * @throws CliError if there is no root capability
 */
export async function savingRoot<T extends Answer>(file: string | undefined, ask: () => Promise<T>): Promise<T> {
  if (file === undefined) return ask()
  const handle = await open(file, 'wx', 0o600)
  try {
    const answer = await ask()
    const { url, capability } = answer
    if (capability === undefined) throw new CliError('failed', 'NO_CAPABILITY', `${url} shows no root capability`)
    await handle.writeFile(`${JSON.stringify(capability)}\n`)
    return answer
  } catch (error) {
    await rm(file)
    throw error
  } finally {
    await handle.close()
  }
}
