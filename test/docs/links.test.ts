import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import t from 'tap'
import { anchorsOf, linksOf } from '../support/docs/markdown.ts'
import { markdownFiles } from '../support/docs/markdown-files.ts'
import { repository } from '../support/repository.ts'

const read = (file: string) => readFile(join(repository, file), 'utf8')
const files = await markdownFiles()

for (const file of files) {
  t.test(`the links of ${file}`, async t => {
    for (const link of linksOf(await read(file))) {
      if (/^[a-z]+:/.test(link)) {
        t.match(link, /^(https:\/\/|mailto:)/, 'what is elsewhere is reached safely')
        continue
      }
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : posix.join(posix.dirname(file), path)
      if (!t.ok(existsSync(join(repository, target)), link)) continue
      if (anchor !== undefined) t.ok(anchorsOf(await read(target)).has(anchor), `${link}: such a heading is there`)
    }
  })
}

t.test('every file of docs/ is found from the README', async t => {
  const seen = new Set<string>()
  const follow = async (file: string): Promise<void> => {
    if (seen.has(file)) return
    seen.add(file)
    const paths = linksOf(await read(file)).map(link => link.replace(/#.*/, ''))
    const documents = paths.filter(path => path.endsWith('.md') && !path.includes(':'))
    for (const path of documents) await follow(posix.join(posix.dirname(file), path))
  }
  await follow('README.md')
  t.strictSame(
    files.filter(file => file.startsWith('docs/') && !seen.has(file)),
    [],
  )
})

t.test('links and anchors are found', async t => {
  t.strictSame(linksOf('[a](b.md#c) `[x](y)` ![d](e.png "f")\n```\n[x](y)\n```\n[g]: h.md'), [
    'b.md#c',
    'e.png',
    'h.md',
  ])
  t.strictSame([...anchorsOf('# A `b`, c!\n## A\n### A\n```\n# no\n```')], ['a-b-c', 'a', 'a-1'])
})
