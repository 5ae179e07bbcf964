import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { npm } from '../support/packages.ts'
import { repository } from '../support/repository.ts'

interface Locked {
  readonly version: string
  readonly resolved?: string
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Component {
  readonly 'bom-ref': string
  readonly purl: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses?: readonly unknown[]
}

const { stdout } = await npm(['run', '--silent', 'sbom'], repository)
const bom = JSON.parse(stdout)
const components: Component[] = bom.components
const lock: Record<string, Locked> = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')).packages

/** Where a package that is named in another one is found: beside it, or in a folder above, as Node.js does. */
function place(name: string, from: string): string {
  for (let folder = from; ; folder = folder.replace(/(^|\/)[^/]*$/, '')) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    const found = lock[candidate]
    if (found !== undefined) return found.link ? (found.resolved ?? '') : candidate
    if (folder === '') throw new Error(`${name} of ${from} is not in package-lock.json`)
  }
}

/** Everything that the service cannot do without, itself included, as `name@version`. */
function needed(from: string, seen = new Map<string, string>()): Map<string, string> {
  const name = from.includes('node_modules/') ? from.replace(/.*node_modules\//, '') : `@keyhold/${from}`
  seen.set(from, `${name}@${lock[from]?.version}`)
  for (const dependency of Object.keys(lock[from]?.dependencies ?? {})) {
    const next = place(dependency, from)
    if (!seen.has(next)) needed(next, seen)
  }
  return seen
}

t.test('it is a bill of materials in CycloneDX', async t => {
  t.match(bom, { bomFormat: 'CycloneDX', specVersion: '1.5', serialNumber: /^urn:uuid:/, version: 1 })
  t.match(bom.metadata.component, { type: 'application', purl: /^pkg:npm\/keyhold@/ })
  const references = components.map(component => component['bom-ref'])
  t.equal(new Set(references).size, references.length, 'nothing stands in it twice')
  const known = new Set([...references, bom.metadata.component['bom-ref']])
  for (const { ref, dependsOn } of bom.dependencies) {
    t.strictSame(
      [ref, ...dependsOn].filter(each => !known.has(each)),
      [],
      `what ${ref} depends on is in it`,
    )
  }
})

t.test('it names everything that the service runs with, by its version', async t => {
  const named = new Set(components.map(component => component['bom-ref']))
  t.strictSame(
    [...needed('app').values()].filter(each => !named.has(each)),
    [],
  )
})

t.test('it names nothing that only the tests and the build need', async t => {
  const manifest = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))
  const names = components.map(component => component['bom-ref'].replace(/@[^@]*$/, ''))
  const others = ['@keyhold/test', '@keyhold/scripts', '@keyhold/contract', 'oidc-provider', 'mlkem']
  for (const name of [...Object.keys(manifest.devDependencies), ...others]) t.notOk(names.includes(name), name)
})

t.test('a library has its license and its hash', async t => {
  for (const { purl, hashes, licenses } of components) {
    t.match(purl, /^pkg:npm\/.+@\d+\.\d+\.\d+/)
    t.ok((licenses?.length ?? 0) > 0, `${purl} has a license`)
    if (!purl.includes('%40keyhold')) t.match(hashes, [{ alg: 'SHA-512', content: /^[0-9a-f]{128}$/ }], purl)
  }
})
