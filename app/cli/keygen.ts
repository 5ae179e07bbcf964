import { MasterKeyFileError, makeMasterKeyFile } from '@keyhold/adapters'

/** Makes a master key file, never replacing one. @returns the exit code */
export async function keygen(file: string): Promise<number> {
  try {
    if (await makeMasterKeyFile(file)) {
      process.stdout.write(`${file}: a new master key (mode 0600). Keep a copy in a safe place.\n`)
      return 0
    }
    process.stderr.write(`${file}: exists already, and is left as it is\n`)
  } catch (error) {
    if (!(error instanceof MasterKeyFileError)) throw error
    process.stderr.write(`${error.message}\n`)
  }
  return 1
}
