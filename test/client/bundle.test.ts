import { builtinModules } from 'node:module'
import t from 'tap'
import { browserBundle } from '../support/browser-bundle.ts'

t.test('the client is bundled for browsers without anything of Node.js', async t => {
  const { text, imported } = await browserBundle()
  const builtins = imported.filter(path => path.startsWith('node:') || builtinModules.includes(path))
  t.strictSame(builtins, [])
  t.strictSame(text.match(/\bBuffer\.|\bprocess\.env|\brequire\(/g) ?? [], [], 'nor its globals')
  t.ok(text.length > 10_000 && text.length < 120_000, `${text.length} characters`)
})
