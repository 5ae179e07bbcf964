import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a directory holds: every path in it, with its mode and, of a file, the hash of its bytes. */
export async function directorySnapshot(directory: string): Promise<Readonly<Record<string, string>>> {
  const snapshot: Record<string, string> = {}
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const path = join(directory, name)
    const stats = await stat(path)
    const content = stats.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : 'directory'
    snapshot[name] = `${(stats.mode & 0o777).toString(8)} ${content}`
  }
  return snapshot
}
