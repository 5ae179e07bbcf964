import { keyTypeNames } from '@keyhold/core'
import t from 'tap'
import { type SourceFile, sourceFiles } from '../support/repository.ts'

const product = ['core', 'adapters', 'client', 'app']

/** The lines of some files, without their comments, in which a pattern occurs. */
function occurrences(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, comment => comment.replace(/[^\n]/g, ''))
    return code.split('\n').flatMap((line, index) => {
      const found = pattern.test(line.replace(/(^|\s)\/\/.*$/, ''))
      return found ? [`${path}:${index + 1}: ${line.trim()}`] : []
    })
  })
}

const outside = (files: readonly SourceFile[], ...prefixes: readonly string[]) =>
  files.filter(({ path }) => !prefixes.some(prefix => path.startsWith(prefix)))

t.test('the search finds what stands in code, and not what stands in a comment', async t => {
  const text = "/* 'ED25519'\n 'ED25519' */\nconst a = 'ED25519' // 'ED25519'\n// 'ED25519'\nconst url = 'https://x'"
  const files = [{ path: 'x.ts', text }]
  t.strictSame(occurrences(files, /'ED25519'/), ["x.ts:3: const a = 'ED25519' // 'ED25519'"])
  t.strictSame(occurrences(files, /https:/), ["x.ts:5: const url = 'https://x'"])
})

t.test('no key type is named outside the algorithms', async t => {
  const names = new RegExp(`(['"\`])(${keyTypeNames.join('|')})\\1|[.{,]\\s*(${keyTypeNames.join('|')})\\b`)
  const files = await sourceFiles(...product)
  // Examples are of some type.
  t.strictSame(occurrences(outside(files, 'core/algorithms/', 'app/http/openapi/operations/'), names), [])
  t.not(occurrences([{ path: 'x.ts', text: "if (type === 'ED25519') {}" }], names).length, 0)
})

t.test('the environment is read and the exit code set where the process begins', async t => {
  const files = outside(await sourceFiles(...product), 'app/main.ts', 'app/cli/')
  t.strictSame(occurrences(files, /\bprocess(\.\w|\[)|\bfrom 'node:process'/), [])
  t.strictSame(occurrences(await sourceFiles(...product), /\bprocess\.exit\(/), [], 'nothing ends the process')
  const env = outside(await sourceFiles(...product), 'app/main.ts')
  t.strictSame(occurrences(env, /\bprocess\.env\b/), [])
})

t.test('the core has no clock, no randomness and no I/O of its own', async t => {
  const own = /\b(Date\.now|new Date\(\)|performance\.|Math\.random|randomBytes|randomUUID|getRandomValues|generateKey)/
  const io = /\b(console\.|process\b|fetch\(|setTimeout|setInterval|setImmediate)/
  const files = await sourceFiles('core')
  // The one key whose randomness cannot be given is made there.
  t.strictSame(occurrences(outside(files, 'core/algorithms/rsa-generation.ts'), own), [])
  t.strictSame(occurrences(files, io), [])
})

t.test('no status of HTTP is known outside app/http', async t => {
  const files = outside(await sourceFiles(...product), 'app/http/')
  t.strictSame(occurrences(files, /\b(statusCode|status)\s*[:=]+\s*[1-5]\d\d\b/), [])
})

t.test('no file is too long to be read', async t => {
  for (const { path, text } of await sourceFiles(...product, 'scripts', 'test')) {
    // A table of refusals is looked things up in, and not read from end to end.
    const limit = path.startsWith('test/') ? 400 : 300
    const { length } = text.split('\n')
    t.ok(length <= limit, `${path}: ${length} lines`)
  }
})

t.test('files are named in kebab-case, and after what they hold', async t => {
  for (const { path } of await sourceFiles(...product, 'scripts', 'test')) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    t.match(name, /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|d))?\.ts$/, path)
    t.notMatch(name, /\b(utils?|helpers?|common|manager|misc)\b/, path)
  }
})
