import { makeKeyFile, openKeyFile } from '@keyhold/client'

/** Makes a key file for a caller, and prints its DID. @returns the exit code */
export async function newDid(file: string): Promise<number> {
  await makeKeyFile(file)
  return showDid(file)
}

/** Prints the DID URL of the key in a file. @returns the exit code */
export async function showDid(file: string): Promise<number> {
  process.stdout.write(`${(await openKeyFile(file)).didUrl}\n`)
  return 0
}
