import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { documents, documentsWithServers } from '../support/docs/documents.ts'
import { blocksOf } from '../support/docs/markdown.ts'
import { markdownFiles } from '../support/docs/markdown-files.ts'
import { repository } from '../support/repository.ts'

/** What is not run, and why. A language that is neither here nor run may not be used. */
const notRun: Readonly<Record<string, string>> = {
  text: 'it is what something looks like: a layout, an output, a message',
  http: 'it is a message with parts that differ each time; the tests of the API send such messages',
  mermaid: 'it is a picture',
  json: 'it is data, and read here',
  yaml: 'it is configuration of other software, and read here',
  awscli: 'it is typed by the administrator of an account at AWS',
  mongosh: 'it is typed into the shell of MongoDB as its administrator, which is not among the servers for the tests',
}

const [{ code: contributing = '' } = {}] = blocksOf(await readFile(join(repository, 'CONTRIBUTING.md'), 'utf8'))

/** The blocks `sh elsewhere`, by their code: where they are run. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm ci && npm start     # the service, on http://127.0.0.1:8076\nnpm ci && npm test      # the tests':
    '.ci/run does the second; readme.test.ts starts the service',
  'keyhold migrate --from embedded:./keyhold-data --to mongodb://db.example/keyhold': 'test/servers/migrate.test.ts',
  [contributing.trim()]: '.ci/run does each, but for the single file',
  'npm install @keyhold/app\nnpx keyhold start         # on http://127.0.0.1:8076\nnpx keyhold --help        # every command and setting':
    'test/servers/packages.test.ts',
  'npm ci\nnpm run build': '.ci/run does the first, and npm test begins with the second',
}

const files = await Promise.all(
  (await markdownFiles()).map(async file => ({ file, text: await readFile(join(repository, file), 'utf8') })),
)
/** Documents whose blocks are run by a test of their own. */
const runByThemselves = { 'client/README.md': 'test/client/readme.test.ts' }
const run = new Set([
  ...[...documents, ...documentsWithServers].map(({ file }) => file),
  ...Object.keys(runByThemselves),
])

for (const { file, text } of files) {
  t.test(`the blocks of ${file}`, async t => {
    for (const { language, mark, code, line } of blocksOf(text)) {
      const where = `${file}:${line}`
      if (language === 'sh' && mark === 'elsewhere') t.ok(code.trim() in elsewhere, `${where}: run elsewhere: ${code}`)
      else if (language === 'sh' || language === 'js') t.ok(run.has(file), `${where}: its document is run`)
      else t.ok(language in notRun, `${where}: a block of the language "${language}" is neither run nor excused`)
      if (language === 'json') t.doesNotThrow(() => JSON.parse(code), where)
      if (language === 'yaml')
        t.strictSame(
          parseAllDocuments(code).flatMap(({ errors }) => errors),
          [],
          where,
        )
    }
  })
}

t.test('what is excused is there, and is the exception', async t => {
  const blocks = files.flatMap(({ text }) => blocksOf(text))
  const codes = blocks.filter(({ mark }) => mark === 'elsewhere').map(({ code }) => code.trim())
  t.strictSame(
    Object.keys(elsewhere).filter(code => !codes.includes(code)),
    [],
  )
  const paths = files.map(({ file }) => file)
  t.strictSame(
    [...run].filter(file => !paths.includes(file)),
    [],
  )
  t.ok(blocks.filter(({ language }) => ['awscli', 'mongosh'].includes(language)).length <= 3)
})

t.test('blocks are found, with their marks', async t => {
  const text = 'a\n```sh service\nb\n```\n\n  ```js\n  c\n    d\n  ```\n```\ne\n```\n'
  t.strictSame(blocksOf(text), [
    { language: 'sh', mark: 'service', code: 'b\n', line: 2 },
    { language: 'js', mark: '', code: 'c\n  d\n', line: 6 },
    { language: '', mark: '', code: 'e\n', line: 10 },
  ])
})
