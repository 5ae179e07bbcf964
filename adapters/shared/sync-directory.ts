import { open } from 'node:fs/promises'

/** Makes a directory's new entries durable: a flushed file that no directory names would be lost by a power failure. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
