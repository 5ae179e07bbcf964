import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { KmsError } from '@keyhold/core'

/** `MDB_MAGIC` of LMDB's two meta pages, in the byte order of the machine, and where it stands in each. */
const magic = 0xbeefc0de
const magicOffset = 24
/** Where the first meta page says how long a page is. */
const pageSizeOffset = 48

/** How often, and after how many milliseconds, a file is looked at again that another process may be making. */
const looks = 50
const interval = 20

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
    for (let look = 1; ; look += 1) {
      const { size } = await handle.stat()
      if (size === 0) return
      if ((await readNumber(handle, magicOffset)) !== magic) throw unknownFormat()
      const pageSize = await readNumber(handle, pageSizeOffset)
      if (size >= 2 * pageSize) {
        if ((await readNumber(handle, pageSize + magicOffset)) !== magic) throw unknownFormat()
        return
      }
      // Both pages are written at once, unless the process ends between them.
      if (look === looks) throw unknownFormat()
      await sleep(interval)
    }
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
