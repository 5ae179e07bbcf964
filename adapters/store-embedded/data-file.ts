import { type FileHandle, open } from 'node:fs/promises'
import { KmsError } from '@keyhold/core'

/** `MDB_MAGIC` of LMDB's two meta pages, in the byte order of the machine, and where it stands in each. */
const magic = 0xbeefc0de
const magicOffset = 24
/** Where the first meta page says how long a page is. */
const pageSizeOffset = 48

/**
 * Examines what LMDB is about to open: given a file that is not one of its own it does not refuse but crashes the
 * process. A file that is missing or empty will be made by LMDB.
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
    const { size } = await handle.stat()
    if (size === 0) return
    const isFirst = (await readNumber(handle, magicOffset)) === magic
    const pageSize = await readNumber(handle, pageSizeOffset)
    const isSecond = size < 2 * pageSize || (await readNumber(handle, pageSize + magicOffset)) === magic
    if (!isFirst || !isSecond) throw unknownFormat()
  } finally {
    await handle.close()
  }
}

export function unknownFormat(): KmsError {
  return new KmsError('STORE_MISMATCH', 'the store was written in a format that this version cannot read')
}

async function readNumber(handle: FileHandle, position: number): Promise<number> {
  const number = new Uint32Array(1)
  await handle.read(number, 0, 4, position)
  return number[0] ?? 0
}
