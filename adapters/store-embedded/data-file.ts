import { open } from 'node:fs/promises'
import { KmsError } from '@keyhold/core'

/** LMDB's magic number 0xBEEFC0DE and data version 2 as a little-endian machine writes them into the first meta page. */
const signature = Buffer.from('dec0efbe02000000', 'hex')
const signatureOffset = 24

/**
 * Refuses a data file that LMDB did not write: opening one would end the process with a segmentation fault. A missing
 * or empty file is a new store.
 *
 * @throws KmsError STORE_MISMATCH
 */
export async function requireDataFile(file: string): Promise<void> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined) return
  try {
    const head = Buffer.alloc(signatureOffset + signature.length)
    const { bytesRead } = await handle.read(head, 0, head.length, 0)
    if (bytesRead === 0 || head.subarray(signatureOffset).equals(signature)) return
    throw new KmsError('STORE_MISMATCH', 'the data file of the store is not one that this version can read')
  } finally {
    await handle.close()
  }
}
