import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import t from 'tap'
import { importsOf } from '../support/imports.ts'
import { manifestOf, packAll, packageDirectories } from '../support/packages.ts'
import { repository, sourceFiles } from '../support/repository.ts'

const packed = new Map((await packAll()).map(each => [each.name, each]))

/** What belongs in a package: everything that stands in its directory, and what is compiled from it. */
async function expectedFiles(directory: string): Promise<string[]> {
  const root = join(repository, directory)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => relative(root, join(entry.parentPath, entry.name)))
  return files
    .filter(path => !/^(dist|node_modules)\//.test(path) && path !== 'tsconfig.json')
    .flatMap(path => {
      if (!path.endsWith('.ts') || path.endsWith('.d.ts')) return path
      const built = `dist/${path.slice(0, -'.ts'.length)}`
      return [path, `${built}.js`, `${built}.js.map`, `${built}.d.ts`, `${built}.d.ts.map`]
    })
    .sort()
}

for (const directory of packageDirectories) {
  t.test(`the package of ${directory}`, async t => {
    const manifest = await manifestOf(directory)
    const tarball = packed.get(manifest.name)
    const paths = (tarball?.files ?? []).map(file => file.path).sort()

    await t.test('holds its sources, what is built from them, and what explains it', async t => {
      t.strictSame(paths, await expectedFiles(directory), 'remove dist/ and build anew if it holds files of old')
      for (const path of ['package.json', 'README.md', 'LICENSE']) t.ok(paths.includes(path), path)
    })

    await t.test('says what it is', async t => {
      t.match(manifest, { license: 'Apache-2.0', type: 'module', engines: { node: '>=20.19.0' }, version: '0.1.0' })
      t.match(manifest['description'], /^[A-Z].+\.$/)
      t.strictSame([manifest['private'], manifest['repository']], [undefined, undefined])
      const [own, common] = await Promise.all(
        [directory, ''].map(place => readFile(join(repository, place, 'LICENSE'), 'utf8')),
      )
      t.equal(own, common, 'the license is that of the repository')
    })

    await t.test('exports files that are there', async t => {
      const targets = Object.values(manifest.exports).flatMap(conditions => [...leaves(conditions)])
      const programs = Object.values(manifest.bin ?? {})
      for (const target of [...targets, ...programs].filter(each => !each.includes('*'))) {
        t.ok(paths.includes(target.replace('./', '')), target)
      }
    })

    await t.test('depends on what it imports, and on nothing else', async t => {
      const imported = new Set<string>()
      for (const file of await sourceFiles(directory)) {
        for (const specifier of importsOf(file).filter(each => !/^node:|\.ts$/.test(each))) {
          imported.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
        }
      }
      // The suites are run by a test runner, which whoever runs them has.
      imported.delete('tap')
      t.strictSame(
        [...imported].sort(),
        Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).sort(),
      )
    })
  })
}

/** The files behind conditions of `exports`, which can be nested. */
function* leaves(conditions: string | Readonly<Record<string, unknown>>): Generator<string> {
  if (typeof conditions === 'string') yield conditions
  else for (const inner of Object.values(conditions)) yield* leaves(inner as string)
}
