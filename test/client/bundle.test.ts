import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import { repository } from '../support/repository.ts'

const entry = join(repository, 'client/dist/index.js')

t.test('the client is bundled for browsers without anything of Node.js', async t => {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  const builtins = imported.filter(path => path.startsWith('node:') || builtinModules.includes(path))
  t.strictSame(builtins, [])
  const [bundle] = outputFiles
  t.strictSame(bundle?.text.match(/\bBuffer\.|\bprocess\.env|\brequire\(/g) ?? [], [], 'nor its globals')
  const size = bundle?.contents.length ?? 0
  t.comment(`${size} bytes`)
  t.ok(size > 10_000 && size < 120_000, `${size} bytes`)
})
