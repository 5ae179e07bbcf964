import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Joins the modules of the program, from `app/dist/` and beside it, into a few files of `app/dist/program/`. To find, open
 * and link 700 of them takes Node.js longer than all else that is done until the service listens. What runs from here (a
 * checkout, an image) runs that; the packages are published as they are compiled, since other package managers than npm let
 * a file find nothing but what its own package depends on.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'app/dist/program')

/** What consists of many small modules. All other packages stay where they are: they are few, or bring native code. */
const scopes = /^@(keyhold|noble|scure|sinclair)\//
const names = /^(@fastify\/type-provider-typebox|cborg|lru-cache|shamir-secret-sharing)($|\/)/

const otherPackagesStay = {
  name: 'other packages stay',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ kind, path }) =>
      kind === 'entry-point' || scopes.test(path) || names.test(path) ? undefined : { external: true },
    ),
}

const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  // A thread is looked for beside what starts it.
  entryPoints: { main: 'app/dist/main.js', worker: 'adapters/dist/computation-threads/worker.js' },
  outdir: program,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [otherPackagesStay],
  metafile: true,
  write: false,
})
const files = new Map(outputFiles.map(({ path, contents }) => [relative(program, path), contents]))

// Whoever passes on what others have written says under what terms.
const packages = new Set(Object.keys(metafile.inputs).map(path => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0]))
packages.delete(undefined)
for (const directory of packages) {
  const name = directory.replace(/.*node_modules\//, '').replace('/', '-')
  const texts = (await readdir(join(root, directory))).filter(file => /^(licen[cs]e|notice)/i.test(file))
  if (texts.length === 0) throw new Error(`${directory} does not say under what terms it may be passed on`)
  for (const text of texts) files.set(join('licenses', `${name}-${text}`), await readFile(join(root, directory, text)))
}

// A service may run from these files, and load some of them later: what has not changed is not touched.
await mkdir(join(program, 'licenses'), { recursive: true })
for (const [file, contents] of files) {
  const path = join(program, file)
  const before = await readFile(path).catch(() => undefined)
  if (before?.equals(contents)) continue
  const unfinished = join(dirname(path), `.${process.pid}`)
  await writeFile(unfinished, contents)
  await rename(unfinished, path)
}
const entries = await readdir(program, { recursive: true, withFileTypes: true })
for (const entry of entries.filter(entry => entry.isFile() && !entry.name.startsWith('.'))) {
  const path = join(entry.parentPath, entry.name)
  if (!files.has(relative(program, path))) await rm(path, { force: true })
}
