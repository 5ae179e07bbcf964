import { AeadLock, type LockPort, type Random } from '@keyhold/core'
import { readMasterKey } from './master-key-file.ts'

/**
 * Opens the server lock whose key is the master key in a local file. The key stays in memory until `close`.
 *
 * @throws MasterKeyFileError with a sentence that says how to mend the file
 */
export async function openLocalLock({ file }: { readonly file: string }, random: Random): Promise<LockPort> {
  return new AeadLock('local', await readMasterKey(file), random)
}
