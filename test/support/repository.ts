import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository; tests run from `test/dist`. */
export const repository = fileURLToPath(new URL('../../../', import.meta.url))

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
}

/** Every TypeScript file of some directories of the repository, without what is built or installed. */
export async function sourceFiles(...directories: readonly string[]): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for (const directory of directories) {
    for (const entry of await readdir(join(repository, directory), { recursive: true, withFileTypes: true })) {
      const path = relative(repository, join(entry.parentPath, entry.name)).split(sep).join('/')
      const isSource = entry.isFile() && path.endsWith('.ts') && !/(^|\/)(dist|node_modules|\.tap)\//.test(path)
      if (isSource) files.push({ path, text: await readFile(join(repository, path), 'utf8') })
    }
  }
  return files.sort((a, b) => a.path.localeCompare(b.path))
}
