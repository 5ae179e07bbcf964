import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
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

await rm(program, { recursive: true, force: true })
const { metafile } = await build({
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
})

// Whoever passes on what others have written says under what terms.
const packages = new Set(Object.keys(metafile.inputs).map(path => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0]))
packages.delete(undefined)
await mkdir(join(program, 'licenses'))
for (const directory of packages) {
  const name = directory.replace(/.*node_modules\//, '').replace('/', '-')
  const texts = (await readdir(join(root, directory))).filter(file => /^(licen[cs]e|notice)/i.test(file))
  if (texts.length === 0) throw new Error(`${directory} does not say under what terms it may be passed on`)
  for (const text of texts) await copyFile(join(root, directory, text), join(program, 'licenses', `${name}-${text}`))
}
