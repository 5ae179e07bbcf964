import { openKeyFile } from '@keyhold/client/node'
import type { Outcome } from './command.ts'

/** The DID URL of the key in a file. */
export async function showDid(file: string): Promise<Outcome> {
  const { didUrl } = await openKeyFile(file)
  return { text: `${didUrl}\n`, json: { did: didUrl } }
}
