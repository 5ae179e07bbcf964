import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { repository } from '../repository.ts'

const leftOut = new Set(['node_modules', 'dist', '.git', '.cache', '.tap', 'keyhold-data'])

/** Every Markdown file of the repository, from its root. */
export async function markdownFiles(directory: string = repository): Promise<string[]> {
  const files: string[] = []
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory() && !leftOut.has(entry.name)) files.push(...(await markdownFiles(path)))
    if (entry.isFile() && entry.name.endsWith('.md')) files.push(relative(repository, path))
  }
  return files.sort()
}
