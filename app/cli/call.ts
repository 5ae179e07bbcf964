import { readFile } from 'node:fs/promises'
import { KeyholdClient, KeyholdError, openKeyFile, readCapability } from '@keyhold/client'

export interface CallOptions {
  /** A file with the caller's key. */
  readonly key: string
  /** A file with the capability to invoke, in any form. */
  readonly capability?: string
}

/** Sends a signed request and prints the answer's JSON. @returns the exit code: 0 for a 200 */
export async function call(
  { key, capability }: CallOptions,
  method: string,
  url: string,
  body?: string,
): Promise<number> {
  const signer = await openKeyFile(key)
  const invoked = capability === undefined ? undefined : readCapability(await readFile(capability, 'utf8'))
  const client = new KeyholdClient(signer, invoked)
  try {
    const answer = await client.send(method, url, body === undefined ? undefined : JSON.parse(body))
    if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof KeyholdError)) throw error
    process.stderr.write(`${error.status} ${error.code}: ${error.message}\n`)
    return 1
  }
}
