import t from 'tap'
import { importsOf } from '../support/imports.ts'
import { sourceFiles } from '../support/repository.ts'

/** The layers of the core, lowest first. A file imports from its own layer and from lower ones. */
const layers = [
  'errors',
  'at-once',
  'secrets',
  'ports',
  'encoding',
  'algorithms',
  'shamir',
  'locks',
  'lending-cache',
  'records',
  'dids',
  'http-signatures',
  'zcap',
  'server-signer',
  'sessions',
  'audit',
  'kms',
  'authorization',
  'keys',
  'operations',
  'wire',
  'transfer',
  'index',
]

function layerOf(path: string): number {
  const layer = layers.indexOf(/^core\/([^/.]+)/.exec(path)?.[1] ?? '')
  if (layer === -1) throw new Error(`${path} belongs to no layer of the core`)
  return layer
}

t.test('the search finds every kind of import', async t => {
  const text = `
    import { a } from './a.ts'
    import type { B } from '../records/b.ts'
    import './c.ts'
    import {
      d,
    } from "../d.ts"
    export { e } from './e.ts'
    export * from './f.ts'
    const g = await import('./g.ts')
    import h from 'h'
    type I = import('./i.ts').I
  `
  t.strictSame(importsOf({ path: 'core/keys/x.ts', text }), [
    'core/keys/a.ts',
    'core/records/b.ts',
    'core/keys/c.ts',
    'core/d.ts',
    'core/keys/e.ts',
    'core/keys/f.ts',
    'core/keys/g.ts',
    'h',
    'core/keys/i.ts',
  ])
})

t.test('inside the core imports go to earlier layers', async t => {
  const files = await sourceFiles('core')
  const seen = new Set<number>()
  for (const file of files) {
    seen.add(layerOf(file.path))
    for (const imported of importsOf(file).filter(path => path.startsWith('core/'))) {
      t.ok(layerOf(imported) <= layerOf(file.path), `${file.path} imports ${imported}`)
    }
  }
  t.equal(seen.size, layers.length, 'every layer is there')
})

t.test('the core imports nothing else but its few packages, and node:crypto in its algorithms', async t => {
  const packages =
    /^(@noble\/(ciphers|curves|hashes|post-quantum)\/.+\.js|@scure\/base|cborg|lru-cache|shamir-secret-sharing)$/
  for (const file of await sourceFiles('core')) {
    for (const imported of importsOf(file).filter(path => !path.startsWith('core/'))) {
      const crypto = imported === 'node:crypto' && file.path.startsWith('core/algorithms/')
      t.ok(crypto || packages.test(imported), `${file.path} imports ${imported}`)
    }
  }
})

t.test('a relative import never leaves its workspace', async t => {
  const workspaces = ['core', 'adapters', 'app', 'scripts', 'test']
  for (const workspace of workspaces) {
    for (const file of await sourceFiles(workspace)) {
      for (const imported of importsOf(file).filter(path => path.endsWith('.ts') && !path.startsWith('@'))) {
        t.ok(imported.startsWith(`${workspace}/`), `${file.path} imports ${imported}`)
      }
    }
  }
})

t.test('an adapter imports from its own folder and from shared', async t => {
  for (const file of await sourceFiles('adapters')) {
    const folder = file.path.split('/').slice(0, 2).join('/')
    if (folder === 'adapters/index.ts') continue
    for (const imported of importsOf(file).filter(path => path.startsWith('adapters/'))) {
      const allowed = imported.startsWith(`${folder}/`) || imported.startsWith('adapters/shared/')
      t.ok(allowed, `${file.path} imports ${imported}`)
    }
  }
})
