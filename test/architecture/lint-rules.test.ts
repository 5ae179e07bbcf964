import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { repository } from '../support/repository.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')

/**
 * Lints sources as if each stood in a directory of the repository, and answers the rules that each of them breaks.
 * They stand in a directory of their own: from its standard input Biome 2.5 reports nothing, and fails in any case.
 */
async function brokenRules(t: Test, sources: readonly (readonly [directory: string, source: string])[]) {
  const root = await temporaryDirectory(t)
  await copyFile(join(repository, 'biome.json'), join(root, 'biome.json'))
  const paths = sources.map(([directory], index) => `${directory}/source-${index}.ts`)
  for (const [index, [directory, source]] of sources.entries()) {
    await mkdir(join(root, directory), { recursive: true })
    await writeFile(join(root, paths[index] ?? ''), source)
  }
  const args = [biome, 'lint', '--error-on-warnings', '--reporter=json', '--max-diagnostics=none']
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => (output += text))
  await once(child, 'close')
  const { diagnostics } = JSON.parse(output) as { diagnostics: { category: string; location: { path: string } }[] }
  return paths.map(path => {
    const found = diagnostics.filter(({ location }) => location.path.endsWith(path))
    return [...new Set(found.map(({ category }) => category.replace(/^.*\//, '')))]
  })
}

const importing = (specifier: string) => `import { x } from '${specifier}'\n\nexport const y = x\n`

const violations: readonly (readonly [directory: string, specifier: string])[] = [
  ['core/keys', '@keyhold/adapters'],
  ['core/keys', '@keyhold/app'],
  ['core/keys', 'node:fs'],
  ['core/keys', 'node:crypto'],
  ['core', 'node:crypto'],
  ['core/keys', 'fastify'],
  ['core/keys', 'lmdb'],
  ['core/algorithms', 'node:fs'],
  ['core/algorithms', '@keyhold/adapters'],
  ['adapters', '@keyhold/app'],
  ['adapters/lock-local', '@keyhold/app/config/config.js'],
  ['adapters/lock-local', '@keyhold/core/records/key.js'],
  ['adapters/lock-local', '../store-memory/memory-key-store.ts'],
  ['adapters/lock-local', 'fastify'],
  ['client', '@keyhold/core'],
  ['client', '@keyhold/core/records/key.js'],
  ['client', '@keyhold/adapters'],
  ['client', 'node:zlib'],
  ['client/node', '@keyhold/core'],
  ['app', 'lmdb'],
  ['app/http/routes', 'mongodb'],
  ['app/http/routes', '@keyhold/core/records/key.js'],
  ['app/cli', '@keyhold/adapters/lock-local/local-lock.js'],
]

const permitted: readonly (readonly [directory: string, specifier: string])[] = [
  ['core/keys', '../records/key.ts'],
  ['core/algorithms', 'node:crypto'],
  ['adapters/lock-local', '@keyhold/core'],
  ['adapters/lock-local', '../shared/sync-directory.ts'],
  ['adapters/lock-local', 'node:fs/promises'],
  ['client', '@keyhold/core/wire'],
  ['client/node', 'node:fs/promises'],
  ['app/http/routes', '@keyhold/core'],
  ['app/cli', '@keyhold/adapters'],
  ['app', '@keyhold/adapters/store-mongo'],
  ['test/core', '@keyhold/core/records/key.js'],
]

t.test('an import against the layers is refused', async t => {
  const rules = await brokenRules(
    t,
    violations.map(([directory, specifier]) => [directory, importing(specifier)]),
  )
  for (const [index, [directory, specifier]] of violations.entries()) {
    t.strictSame(rules[index], ['noRestrictedImports'], `${directory} imports ${specifier}`)
  }
})

t.test('an import along the layers is not', async t => {
  const rules = await brokenRules(
    t,
    permitted.map(([directory, specifier]) => [directory, importing(specifier)]),
  )
  for (const [index, [directory, specifier]] of permitted.entries()) {
    t.strictSame(rules[index], [], `${directory} imports ${specifier}`)
  }
})

t.test('other rules of the house hold', async t => {
  const sources: readonly (readonly [rule: string, source: string])[] = [
    ['noConsole', "console.log('x')\n"],
    ['noDefaultExport', 'export default 1\n'],
    ['noNonNullAssertion', 'export const f = (x: string | undefined) => x!.length\n'],
    ['useImportType', "import { X } from './x.ts'\n\nexport const f = (x: X) => x\n"],
    ['useNodejsImportProtocol', "import { x } from 'fs'\n\nexport const y = x\n"],
    ['noFloatingPromises', 'async function f() {}\n\nexport function g() {\n  f()\n}\n'],
    ['useReadonlyClassProperties', 'export class C {\n  #x = 1\n  y() {\n    return this.#x\n  }\n}\n'],
  ]
  const rules = await brokenRules(
    t,
    sources.map(([, source]) => ['app/http', source]),
  )
  for (const [index, [rule]] of sources.entries()) t.strictSame(rules[index], [rule], rule)
})
