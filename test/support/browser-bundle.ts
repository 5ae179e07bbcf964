import { join } from 'node:path'
import { build } from 'esbuild'
import { repository } from './repository.ts'

/** The client as one module for a browser, its text, and everything that its files import. */
export async function browserBundle(): Promise<{ readonly text: string; readonly imported: readonly string[] }> {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(repository, 'client/dist/index.js')],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  return { text: outputFiles[0]?.text ?? '', imported }
}
