import { makeMasterKeyFile } from '@keyhold/adapters'
import { isSystemError } from './system-error.ts'

/** Makes a master key file, never replacing one. @returns the exit code */
export async function keygen(file: string): Promise<number> {
  try {
    if (await makeMasterKeyFile(file)) {
      process.stdout.write(`${file}: a new master key (mode 0600). Keep a copy in a safe place.\n`)
      return 0
    }
    process.stderr.write(`${file}: exists already, and is left as it is\n`)
  } catch (error) {
    if (!isSystemError(error)) throw error
    process.stderr.write(`${error.message}\n`)
  }
  return 1
}
